"""Runs the lessons again, and puts their new output into the lessons' pages, and their pictures into examples/pictures.

    mvn -q -DskipTests package
    python src/test/python/renew_lessons.py [LESSON …]     # from the project's folder; all lessons without a name

Four lessons run at once: run those that print times (WhyCache, Batches, ScalingLaw) again, alone on a quiet machine. Output that a page shows in part (a line "…") is not replaced: the whole output is in target/lessons/LESSON.txt, and
the names of these lessons are printed. The Chinese page takes the output of the English one (LessonsTest).
"""

import concurrent.futures
import pathlib
import re
import subprocess
import sys

PAGE = pathlib.Path("examples/README.md")
CHINESE = pathlib.Path("docs/zh-CN/lessons.md")
OUT = pathlib.Path("target/lessons")
PICTURES = "examples/pictures"
SECTION = re.compile(r"(?m)^## (?=\d+\. )")
COMMAND = re.compile(r"```sh\njava -cp target/gpt2-djl-examples.jar (examples/(\w+)\.java.*)\n```")
TEXT = re.compile(r"```text\n(.*?)```", re.DOTALL)
GAME = ["go north", "open the gate", "/remember Your sword is called Dawn.", "draw the sword", '"Who is there?"',
        "climb the stairs", "/memory"]


def output(arguments, lesson):
    own = [] if lesson == "Batches" else ["--pictures", PICTURES]
    command = ["java", "-cp", "target/gpt2-djl-examples.jar", *arguments.split(), *own]
    lines = "\n".join(GAME) + "\n" if lesson == "TextAdventure" else ""
    done = subprocess.run(command, capture_output=True, encoding="utf-8", input=lines)
    if done.returncode:
        raise RuntimeError(f"{lesson}: {done.stderr}")
    text = done.stdout
    text = re.sub(r"(?m)[ ]+$", "", text.replace(f"{PICTURES}/", "")).strip("\n") + "\n"
    OUT.mkdir(parents=True, exist_ok=True)
    (OUT / f"{lesson}.txt").write_text(text)
    return text


def renewed(section, chosen):
    command = COMMAND.search(section)
    if not command or (chosen and command[2] not in chosen):
        return section
    shown = TEXT.search(section, command.end())
    if not shown:
        return section
    text = output(command[1], command[2])
    if re.search(r"(?m)^(\[?…|.*: …$)|^…", shown[1]):
        print(f"{command[2]}: shown in part, to be renewed by hand from {OUT}/{command[2]}.txt")
        return section
    print(f"{command[2]}: {'as it was' if text == shown[1] else 'renewed'}")
    return section[:shown.start(1)] + text + section[shown.end(1):]


def main(chosen):
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        sections = list(pool.map(lambda section: renewed(section, chosen), SECTION.split(PAGE.read_text())))
    PAGE.write_text("## ".join(sections))
    texts = {section.split(".")[0]: TEXT.search(section) for section in sections[1:]}
    chinese = SECTION.split(CHINESE.read_text())
    for i, section in enumerate(chinese[1:], 1):
        shown = TEXT.search(section)
        chinese[i] = section[:shown.start(1)] + texts[section.split(".")[0]][1] + section[shown.end(1):]
    CHINESE.write_text("## ".join(chinese))


main(set(sys.argv[1:]))

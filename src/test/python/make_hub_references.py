"""What huggingface_hub makes of environment variables, of half-made caches, and of a server's answers.

    pip install huggingface_hub
    python src/test/python/make_hub_references.py          # from the project's folder

writes src/test/resources/reference/hub: environments.json (the folders, the token and the offline mode that a process
with these variables has), caches.json (which snapshot of a cache has all files, asked without the network),
downloads.json (the cache after files were asked of a server on this machine, one of which does not exist) and
revisions.json (branches, tags and commits: how they are asked for, where they are kept, and how they are listed).
"""

import gzip
import hashlib
import http.server
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import threading
import urllib.parse

ROOT = pathlib.Path("src/test/resources/reference/hub")
COMMITS = ["1" * 40, "2" * 40, "3" * 40]
PINNED = "607a30d783dfa663caf39e06633721c8d4cfcd7e"
REPOSITORY = "openai-community/gpt2"
ORGANISATION = "models--openai-community--gpt2"
WHOLE = ["config.json", "model.safetensors", "tokenizer.json"]

# ---- environments ----

# {tmp} stands for a folder; HOME is {tmp}/home unless a case says otherwise.
FILES = {
    "home/.cache/huggingface/token": "hf_default\n",
    "hf/token": "hf_of_hf_home",
    "tokens/mine": "  hf_of_path\n",
    "xdg/huggingface/token": "hf_of_xdg",
}
ENVIRONMENTS = [
    {},
    {"HF_HOME": "{tmp}/hf"},
    {"HF_HOME": "~/hf"},
    {"HF_HOME": "~"},
    {"HF_HOME": "$BASE/hf", "BASE": "{tmp}"},
    {"HF_HOME": "${BASE}/hf", "BASE": "{tmp}"},
    {"HF_HOME": "$BASE_2/hf", "BASE": "{tmp}", "BASE_2": "{tmp}/two"},
    {"HF_HOME": "${BASE}x$BASE/${NONE}$NONE/$", "BASE": "{tmp}"},
    {"HF_HOME": "$ONE", "ONE": "$TWO", "TWO": "{tmp}/two"},
    {"HF_HOME": "$ONE/hf", "ONE": "~"},
    {"HF_HOME": "~/$NAME", "NAME": "in-home"},
    {"HF_HOME": "/a/~/b"},
    {"HF_HOME": "relative/folder"},
    {"HOME": "{tmp}/other"},
    {"HOME": "{tmp}/other", "HF_HOME": "~/hf"},
    {"XDG_CACHE_HOME": "{tmp}/xdg"},
    {"XDG_CACHE_HOME": "~/xdg"},
    {"XDG_CACHE_HOME": "$BASE/xdg", "BASE": "{tmp}"},
    {"XDG_CACHE_HOME": "{tmp}/xdg", "HF_HOME": "{tmp}/hf"},
    {"HF_HUB_CACHE": "{tmp}/cache"},
    {"HF_HUB_CACHE": "~/cache"},
    {"HF_HUB_CACHE": "$BASE/cache", "BASE": "{tmp}"},
    {"HF_HUB_CACHE": "$HF_HOME/cache", "HF_HOME": "{tmp}/hf"},
    {"HF_HUB_CACHE": "$HOME/cache"},
    {"HUGGINGFACE_HUB_CACHE": "{tmp}/legacy"},
    {"HUGGINGFACE_HUB_CACHE": "~/$X/legacy", "X": "x"},
    {"HUGGINGFACE_HUB_CACHE": "{tmp}/legacy", "HF_HUB_CACHE": "{tmp}/cache"},
    {"HUGGINGFACE_HUB_CACHE": "{tmp}/legacy", "HF_HOME": "{tmp}/hf"},
    {"TRANSFORMERS_CACHE": "{tmp}/older"},
    {"HF_HUB_OFFLINE": "1"},
    {"HF_HUB_OFFLINE": "Yes"},
    {"HF_HUB_OFFLINE": "0"},
    {"HF_HUB_OFFLINE": ""},
    {"TRANSFORMERS_OFFLINE": "1"},
    {"TRANSFORMERS_OFFLINE": "ON"},
    {"TRANSFORMERS_OFFLINE": "no"},
    {"TRANSFORMERS_OFFLINE": "1", "HF_HUB_OFFLINE": "0"},
    {"TRANSFORMERS_OFFLINE": "1", "HF_HUB_OFFLINE": ""},
    {"TRANSFORMERS_OFFLINE": "0", "HF_HUB_OFFLINE": "true"},
    {"HF_DATASETS_OFFLINE": "1"},
    {"HF_TOKEN": "hf_variable"},
    {"HF_TOKEN": " hf_variable\n"},
    {"HUGGING_FACE_HUB_TOKEN": "hf_legacy"},
    {"HUGGING_FACE_HUB_TOKEN": "hf_legacy", "HF_TOKEN": "hf_variable"},
    {"HUGGING_FACE_HUB_TOKEN": "hf_legacy", "HF_TOKEN": ""},
    {"HF_TOKEN_PATH": "{tmp}/tokens/mine"},
    {"HF_TOKEN_PATH": "$BASE/tokens/mine", "BASE": "{tmp}"},
    {"HF_TOKEN_PATH": "~/../tokens/mine"},
    {"HF_TOKEN_PATH": "{tmp}/none"},
    {"HF_TOKEN_PATH": "{tmp}/tokens/mine", "HF_HOME": "{tmp}/hf"},
    {"HF_TOKEN_PATH": "{tmp}/tokens/mine", "HF_TOKEN": "hf_variable"},
    {"HF_HUB_DISABLE_IMPLICIT_TOKEN": "1", "HF_TOKEN": "hf_variable"},
    {"HF_HUB_DISABLE_IMPLICIT_TOKEN": "0", "HF_TOKEN": "hf_variable"},
    {"HF_ENDPOINT": "http://127.0.0.1:8080/mirror/"},
]
ASK = """
import json
from huggingface_hub import constants
from huggingface_hub.utils import build_hf_headers
authorization = build_hf_headers().get("authorization")
print(json.dumps({"cache": constants.HF_HUB_CACHE, "offline": constants.HF_HUB_OFFLINE,
                  "endpoint": constants.ENDPOINT, "token": authorization and authorization.removeprefix("Bearer ")}))
"""


def environments():
    cases = []
    with tempfile.TemporaryDirectory() as tmp:
        for file, text in FILES.items():
            path = pathlib.Path(tmp, file)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        for case in ENVIRONMENTS:
            variables = {"HOME": "{tmp}/home", **case}
            environment = {key: value.replace("{tmp}", tmp) for key, value in variables.items()}
            answer = subprocess.run([sys.executable, "-c", ASK], env=environment, cwd=tmp, check=True,
                                    capture_output=True, text=True).stdout
            cases.append({"environment": variables, **json.loads(answer.replace(tmp, "{tmp}"))})
    return {"files": FILES, "cases": cases}


# ---- caches ----


def snapshot(commit, files=WHOLE, folder=ORGANISATION):
    return {f"{folder}/snapshots/{commit}/{file}": "x" for file in files}


def main(commit, folder=ORGANISATION):
    return {f"{folder}/refs/main": commit}


def broken(commit, file):
    return {f"{ORGANISATION}/snapshots/{commit}/{file}": {"link": f"../../blobs/{'0' * 40}"}}


def linked(commit, file):
    return {f"{ORGANISATION}/blobs/{'5' * 40}": "x",
            f"{ORGANISATION}/snapshots/{commit}/{file}": {"link": f"../../blobs/{'5' * 40}"}}


# A value None is a folder.
CACHES = {
    "no cache": {},
    "the folder is empty": {ORGANISATION: None},
    "the folder is a file": {ORGANISATION: "x"},
    "only blobs": {ORGANISATION + "/blobs": None},
    "only snapshots": {ORGANISATION + "/snapshots": None},
    "snapshots is a file": {ORGANISATION + "/snapshots": "x"},
    "only refs": {ORGANISATION + "/refs": None},
    "refs/main is a folder": {ORGANISATION + "/refs/main": None, **snapshot(COMMITS[0])},
    "refs/main is empty": {**main(""), **snapshot(COMMITS[0])},
    "refs/main names nothing": main(COMMITS[0]),
    "refs/main names nothing, and what does not exist is noted":
        {**main(COMMITS[0]), f"{ORGANISATION}/.no_exist/{COMMITS[0]}/adapter_config.json": ""},
    "refs/main names nothing, the pinned one is whole": {**main(COMMITS[0]), **snapshot(PINNED)},
    "refs/main names nothing, another is whole": {**main(COMMITS[0]), **snapshot(COMMITS[1])},
    "refs/main leads elsewhere, the pinned one is whole": {**main("../../elsewhere"), **snapshot(PINNED)},
    "refs/main names a folder without files": {**main(COMMITS[0]), f"{ORGANISATION}/snapshots/{COMMITS[0]}": None},
    "the pinned one is empty, refs/main's is whole":
        {**main(COMMITS[0]), f"{ORGANISATION}/snapshots/{PINNED}": None, **snapshot(COMMITS[0])},
    "whole": {**main(COMMITS[0]), **snapshot(COMMITS[0])},
    "whole, as links": {**main(COMMITS[0]), **snapshot(COMMITS[0], WHOLE[:2]), **linked(COMMITS[0], WHOLE[2])},
    "whole, without refs": snapshot(COMMITS[0]),
    "only the config": {**main(COMMITS[0]), **snapshot(COMMITS[0], WHOLE[:1])},
    "only the tokenizer": {**main(COMMITS[0]), **snapshot(COMMITS[0], ["config.json", "tokenizer.json"])},
    "only generation_config.json": {**main(COMMITS[0]), **snapshot(COMMITS[0], ["generation_config.json"])},
    "the weights are a broken link":
        {**main(COMMITS[0]), **snapshot(COMMITS[0], [WHOLE[0], WHOLE[2]]), **broken(COMMITS[0], WHOLE[1])},
    "the config is a broken link, another is whole":
        {**main(COMMITS[0]), **snapshot(COMMITS[0], WHOLE[1:]), **broken(COMMITS[0], WHOLE[0]), **snapshot(COMMITS[1])},
    "one of three is whole, without refs":
        {**snapshot(COMMITS[0], WHOLE[:1]), **snapshot(COMMITS[1]), **snapshot(COMMITS[2], WHOLE[1:])},
    "refs/main's is in part, the pinned one is whole":
        {**main(COMMITS[0]), **snapshot(COMMITS[0], WHOLE[:1]), **snapshot(PINNED)},
    "two are whole, without refs": {**snapshot(COMMITS[0]), **snapshot(COMMITS[1])},
    "two are whole, refs/main names one": {**main(COMMITS[1]), **snapshot(COMMITS[0]), **snapshot(COMMITS[1])},
    "under the name without organisation":
        {**main(COMMITS[0], "models--gpt2"), **snapshot(COMMITS[0], folder="models--gpt2")},
    "whole under the name without organisation, in part under the other":
        {**main(COMMITS[0], "models--gpt2"), **snapshot(COMMITS[0], folder="models--gpt2"),
         **main(COMMITS[1]), **snapshot(COMMITS[1], WHOLE[:1])},
    "whole under the name without organisation, nothing but blobs under the other":
        {**main(COMMITS[0], "models--gpt2"), **snapshot(COMMITS[0], folder="models--gpt2"),
         ORGANISATION + "/blobs": None},
    "a partial blob": {f"{ORGANISATION}/blobs/{'6' * 40}.incomplete": "x"},
    "a snapshot is a file, another is whole":
        {f"{ORGANISATION}/snapshots/{COMMITS[0]}": "x", **main(COMMITS[1]), **snapshot(COMMITS[1])},
}


def build(tree, root):
    for name, content in tree.items():
        path = root / name
        (path if content is None else path.parent).mkdir(parents=True, exist_ok=True)
        if isinstance(content, dict):
            path.symlink_to(content["link"])
        elif content is not None:
            path.write_text(content)


def found(cache, repository):
    """The one snapshot in which huggingface_hub finds all files, without the network."""
    from huggingface_hub import try_to_load_from_cache

    try:
        files = [try_to_load_from_cache(repository, file, cache_dir=cache) for file in WHOLE]
    except OSError:
        return None  # such as refs/main that is a folder, or snapshots that is a file
    return pathlib.Path(files[0]).parent if all(isinstance(file, str) for file in files) else None


def caches():
    cases = []
    for name, tree in CACHES.items():
        with tempfile.TemporaryDirectory() as tmp:
            root = pathlib.Path(tmp)
            build(tree, root)
            by_python = found(root, REPOSITORY) or found(root, "gpt2")
            whole = sorted({path.parent for path in root.glob("*/snapshots/*/config.json")
                            if all((path.parent / file).is_file() for file in WHOLE)})
            cases.append({"name": name, "tree": tree,
                          "huggingface_hub": by_python and str(by_python.relative_to(root)),
                          "whole": [str(path.relative_to(root)) for path in whole]})
    return cases


# ---- downloads ----

PUBLISHED = {"config.json": b'{"model_type": "gpt2"}\n', "tokenizer.json": b"[" + b"1, 2, 3, " * 200 + b"4]\n"}
ASKED = ["config.json", "tokenizer.json", "generation_config.json", "added_tokens.json"]


class TinyHub(http.server.BaseHTTPRequestHandler):
    """Answers as the Hub does; compresses each body, also the one of HEAD, if told to."""

    compress = False

    def log_message(self, *arguments):
        pass

    def do_HEAD(self):
        self.do_GET()

    def do_GET(self):
        body = PUBLISHED.get(self.path.rsplit("/", 1)[-1])
        self.send_response(404 if body is None else 200)
        self.send_header("X-Repo-Commit", COMMITS[0])
        if body is None:
            self.send_header("X-Error-Code", "EntryNotFound")
            body = b""
        else:
            git = hashlib.sha1(b"blob %d\0" % len(body) + body).hexdigest()
            self.send_header("ETag", f'"{git}"')
            if self.compress and self.command == "GET":
                body = gzip.compress(body)
                self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body)


def downloads():
    from huggingface_hub import hf_hub_download
    from huggingface_hub.errors import EntryNotFoundError

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), TinyHub)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    trees = []
    for TinyHub.compress in [False, True]:
        with tempfile.TemporaryDirectory() as tmp:
            root = pathlib.Path(tmp)
            for file in ASKED:
                try:
                    hf_hub_download("someone/tiny", file, cache_dir=root,
                                    endpoint=f"http://127.0.0.1:{server.server_port}")
                except EntryNotFoundError:
                    pass
            tree = {}
            for path in sorted(root.glob("models--*/**/*")):
                if path.is_symlink():
                    tree[str(path.relative_to(root))] = {"link": os.readlink(path)}
                elif path.is_file():
                    tree[str(path.relative_to(root))] = path.read_text()
            trees.append(tree)
    server.shutdown()
    assert trees[0] == trees[1], "a compressed body arrives as the file"
    return {"published": {file: body.decode() for file, body in PUBLISHED.items()}, "asked": ASKED, "cache": trees[0]}


# ---- revisions ----

REVISIONS = {
    "main": COMMITS[0],
    "v1.0": COMMITS[0],
    "checkpoint-100": COMMITS[1],
    "checkpoint-1000/step": COMMITS[2],
    "refs/pr/3": COMMITS[2],
    "v1.0+build_2": COMMITS[1],
    "50%#1&2=3;'()!,$": COMMITS[1],
    "4" * 40: "4" * 40,
}


class Revisions(TinyHub):
    """A repository with branches; the body of config.json is the commit."""

    asked = []

    def do_GET(self):
        revision = self.path.split("/resolve/")[1].split("/")[0]
        if self.path.endswith("config.json"):
            self.asked.append(self.path)
        commit = REVISIONS.get(urllib.parse.unquote(revision), revision)
        body = b"" if self.command == "HEAD" else commit.encode()
        self.send_response(200)
        self.send_header("X-Repo-Commit", commit)
        self.send_header("ETag", '"' + hashlib.sha1(b"blob %d\0" % len(commit) + commit.encode()).hexdigest() + '"')
        self.send_header("Content-Length", str(len(commit)))
        self.end_headers()
        self.wfile.write(body)


def revisions():
    from huggingface_hub import hf_hub_download, scan_cache_dir, snapshot_download

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Revisions)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    cases = []
    with tempfile.TemporaryDirectory() as tmp:
        root = pathlib.Path(tmp)
        for revision, commit in REVISIONS.items():
            Revisions.asked.clear()
            hf_hub_download("someone/tiny", "config.json", revision=revision, cache_dir=root,
                            endpoint=f"http://127.0.0.1:{server.server_port}")
            offline = snapshot_download("someone/tiny", revision=revision, cache_dir=root, local_files_only=True)
            cases.append({"revision": revision, "commit": commit, "asked": Revisions.asked[0],
                          "offline": str(pathlib.Path(offline).relative_to(root))})
        refs = root / "models--someone--tiny/refs"
        tree = {str(path.relative_to(refs)): path.read_text() for path in sorted(refs.glob("**/*")) if path.is_file()}
        scanned = next(iter(scan_cache_dir(root).repos)).revisions
        listed = {each.commit_hash: sorted(each.refs) for each in sorted(scanned, key=lambda each: each.commit_hash)}
    server.shutdown()
    return {"cases": cases, "refs": tree, "listed": listed}


if __name__ == "__main__":
    ROOT.mkdir(parents=True, exist_ok=True)
    for name, make in {"environments": environments, "caches": caches, "downloads": downloads,
                       "revisions": revisions}.items():
        (ROOT / f"{name}.json").write_text(json.dumps(make(), indent=1) + "\n")

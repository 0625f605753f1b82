"""Runs the notebooks below examples/notebooks from the first to the last cell, and compares what they print.

    pip install jjava nbclient
    mvn -q -DskipTests package
    python src/test/python/run_notebooks.py           # from the project's folder
    python src/test/python/run_notebooks.py --write   # keeps the new output
"""

import argparse
import pathlib
import sys

import nbformat
from nbclient import NotebookClient


def printed(notebook):
    """What the cells print or return, cell by cell."""
    return ["".join(out.get("text", "") or out.get("data", {}).get("text/plain", "") for out in cell.get("outputs", []))
            for cell in notebook.cells if cell.cell_type == "code"]


def run(file, write):
    notebook = nbformat.read(file, 4)
    expected = printed(notebook)
    # printf prints piece by piece.
    NotebookClient(notebook, timeout=300, kernel_name="java", coalesce_streams=True,
                   resources={"metadata": {"path": str(file.parent)}}).execute()
    for cell in notebook.cells:
        # Times of execution would differ with each run.
        cell.metadata.pop("execution", None)
    if write:
        nbformat.write(notebook, file)
        return True
    for number, (was, now) in enumerate(zip(expected, printed(notebook)), 1):
        if was != now:
            print(f"{file}: code cell {number} printed\n{now}\nexpected\n{was}")
            return False
    print(f"{file}: as written")
    return True


parser = argparse.ArgumentParser()
parser.add_argument("--write", action="store_true")
options = parser.parse_args()
files = sorted(pathlib.Path("examples/notebooks").glob("*.ipynb"))
sys.exit(0 if files and all([run(file, options.write) for file in files]) else 1)

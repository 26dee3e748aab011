"""Executes a notebook: execute.py NOTEBOOK RESULT

Runs every cell in a fresh kernel, in the folder of the notebook, with the environment as it is. Writes the
notebook with its outputs to RESULT, which may be NOTEBOOK itself. Ends with 1 if a cell fails, after the error
has been written to RESULT as well. What would differ from machine to machine (times, versions) is left out.
"""

import os
import sys
import tempfile
from pathlib import Path

# The kernel of this Python, whatever the user has installed elsewhere, and nobody's settings.
os.environ["JUPYTER_PREFER_ENV_PATH"] = "1"
os.environ["JUPYTER_PLATFORM_DIRS"] = "1"
os.environ["MPLBACKEND"] = "module://matplotlib_inline.backend_inline"

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from traitlets.config import Config

SECONDS_PER_CELL = 120


def main():
    source, result = map(Path, sys.argv[1:])
    notebook = nbformat.read(source, as_version=4)
    with tempfile.TemporaryDirectory() as settings:
        for folder in ["IPYTHONDIR", "JUPYTER_CONFIG_DIR", "JUPYTER_RUNTIME_DIR"]:
            os.environ[folder] = settings
        client = NotebookClient(
            notebook,
            timeout=SECONDS_PER_CELL,
            startup_timeout=SECONDS_PER_CELL,
            kernel_name="python3",
            # Sockets of files and not of ports: nobody else on the machine can join in.
            config=Config({"KernelManager": {"transport": "ipc", "ip": f"{settings}/kernel"}}),
            record_timing=False,
            coalesce_streams=True,
            resources={"metadata": {"path": str(source.resolve().parent)}},
        )
        failure = None
        try:
            client.execute()
        except CellExecutionError as error:
            failure = error
    notebook.metadata["language_info"] = {"name": "python"}
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)
    nbformat.write(notebook, result)
    if failure is not None:
        print(f"{source.name}: {failure}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

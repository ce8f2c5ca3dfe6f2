"""Where things are, and a virtual environment with the solvers."""

import os
import subprocess
import sys
import venv
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent


def with_solvers(directory):
    """Goes on in a virtual environment that has the solvers; makes it first if it is not there."""
    python = directory / "bin/python"
    if Path(sys.prefix).resolve() == directory.resolve():
        return
    if not python.exists():
        venv.create(directory, with_pip=True)
    if subprocess.run([python, "-c", "import cvc5, z3"], capture_output=True).returncode:
        print("installing the solvers (once)", file=sys.stderr)
        needs = HERE / "requirements.txt"
        install = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", needs]
        subprocess.run(install, check=True)
    os.execv(python, [str(python), *sys.argv])

"""How to start this program, as shown in commands that users copy."""

import shlex
import shutil
import sys
from pathlib import Path

NAME = "lstnet-search"


def program() -> list[str]:
    """How this process was started: `lstnet-search`, `python -m lstnet_search` or `python SCRIPT`."""
    script = Path(sys.argv[0])
    if script.name == "__main__.py":
        return ["python", "-m", "lstnet_search"]
    return ["python", sys.argv[0]] if script.suffix == ".py" else [script.name]


def search_program() -> list[str]:
    """How a search starts from the current directory, with or without a checkout."""
    if Path("run_search.py").is_file():
        return ["python", "run_search.py"]
    started = program()
    if Path(started[-1]).name == "run_search.py":
        return started
    return [*started, "search"] if started[-1] == "lstnet_search" else ["lstnet-search", "search"]


def installed_program() -> str:
    """How this program starts from the current directory: by its name, or by its path where it is not on PATH."""
    if shutil.which(NAME) is not None:
        return NAME
    installed = Path(sys.executable).with_name(NAME)
    if not installed.is_file():
        return NAME
    here = Path.cwd()
    return str(installed.relative_to(here) if installed.is_relative_to(here) else installed)


def study_argument(study: Path) -> str:
    """How to name a study in a command: its name if it is in `results`, else its path."""
    return study.name if str(study.parent) == "results" else str(study)


def dashboard_command(study: Path) -> str:
    """The command that shows a study in a browser."""
    return shlex.join([installed_program(), "dashboard", study_argument(study)])

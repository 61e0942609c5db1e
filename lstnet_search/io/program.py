"""How to start this program, as shown in commands that users copy."""

import sys
from pathlib import Path


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

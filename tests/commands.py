"""Runs `python -m lstnet_search` in this process, which saves the seconds that a new process takes to import."""

from pathlib import Path

import pytest

from lstnet_search.cli import main


def exit_code(*arguments: str | Path) -> int:
    """Run a command and return its exit code."""
    with pytest.raises(SystemExit) as ended:
        main([str(each) for each in arguments])
    assert isinstance(ended.value.code, int)
    return ended.value.code


def refused(capsys: pytest.CaptureFixture[str], *arguments: str | Path, out: str = "") -> str:
    """Run a command that must end with exit code 2 and one message, which is returned.

    Args:
        capsys: Captures what the command prints.
        arguments: The command.
        out: What it prints on stdout.
    """
    assert exit_code(*arguments) == 2
    captured = capsys.readouterr()
    assert captured.out == out
    assert captured.err.startswith("error: ")
    assert captured.err.count("\n") == 1
    return captured.err

"""Commands of `python -m lstnet_search` in this process, which saves the seconds that a new one takes to import."""

from pathlib import Path

import pytest

from lstnet_search.cli import main


def exit_code(*arguments: str | Path) -> int:
    """Run a command, and tell the code that it ends with."""
    with pytest.raises(SystemExit) as ended:
        main([str(each) for each in arguments])
    assert isinstance(ended.value.code, int)
    return ended.value.code

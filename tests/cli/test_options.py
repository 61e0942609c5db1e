import sys

import pytest

from lstnet_search.cli.options import command_line


@pytest.mark.parametrize(
    ("arguments", "command"),
    [
        (["run_search.py", "--name", "two words"], "python run_search.py --name 'two words'"),
        (["somewhere/lstnet_search/__main__.py", "confirm", "results/a"], "python -m lstnet_search confirm results/a"),
    ],
)
def test_a_command_is_recorded_so_that_it_can_be_typed_again(
    arguments: list[str], command: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "argv", arguments)
    assert command_line() == command

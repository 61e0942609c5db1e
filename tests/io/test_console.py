import pytest

from lstnet_search.io.console import console


def test_without_a_terminal_markup_is_printed_literally_in_long_lines(capsys: pytest.CaptureFixture[str]) -> None:
    line = "[bold]name[/] :smile: " * 7
    console().print(line)
    assert capsys.readouterr().out == f"{line}\n"

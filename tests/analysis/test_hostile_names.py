"""A study's name is text on the terminal: no markup, no emoji, no terminal codes."""

import os
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest
from commands import exit_code

from lstnet_search.cli.app import make_app, run_app

NAME = "[red]x[/nothing] :smile:"


@pytest.mark.parametrize("name", ["select_best", "compare", "criteria"])
def test_a_name_that_looks_like_markup_is_printed_as_it_is(
    script: Callable[[str], ModuleType],
    tmp_path: Path,
    make_up: Callable[..., Path],
    capsys: pytest.CaptureFixture[str],
    name: str,
) -> None:
    folder = make_up(tmp_path / NAME, 4)
    if name == "compare":
        script(name).compare([folder])
    else:
        getattr(script(name), name)([folder])
    assert NAME in capsys.readouterr().out


@pytest.mark.parametrize("study", ["cost$\\frac$", os.fsdecode(b"r\xff")])
@pytest.mark.parametrize("name", ["select_best", "report", "compare", "criteria", "dynamics", "landscape", "images"])
def test_a_name_that_is_no_text_or_looks_like_mathematics_hinders_no_script(
    script: Callable[[str], ModuleType], tmp_path: Path, make_up: Callable[..., Path], study: str, name: str
) -> None:
    app = make_app()
    app.command()(getattr(script(name), name))
    with pytest.raises(SystemExit, match=r"^0$"):
        run_app(app, [str(make_up(tmp_path / study, 8, samples=1))])


def test_a_message_is_one_line_without_codes_of_terminals(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert exit_code("status", tmp_path / "x\x1b[2Jy\nz") == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "\x1b" not in said
    assert "x [2Jy z is not a results folder" in said

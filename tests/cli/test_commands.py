"""The program: its help, its version, what it imports, and Ctrl-C."""

import inspect
import os
import runpy
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from commands import exit_code, refused

from lstnet_search import __version__
from lstnet_search.cli.commands import COMMANDS, load

HEAVY = {"matplotlib", "numpy", "optuna", "pandas", "plotly", "ray", "torch"}
ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def eighty_columns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")


@pytest.mark.parametrize("arguments", [(), ("--help",)])
def test_without_a_command_the_program_lists_its_commands(
    arguments: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    assert exit_code(*arguments) == 0
    out = capsys.readouterr().out
    assert all(f"│ {name} " in out for name in COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_has_the_help_that_the_list_promises(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    help_text = " ".join(load(name).help.split())
    assert help_text.startswith(COMMANDS[name].text)
    assert exit_code(name, "--help") == 0
    out = capsys.readouterr().out
    assert max(map(len, out.splitlines())) <= 80
    words = out.replace("│", " ").split()
    assert " ".join(help_text.split()) in " ".join(words), "text was taken for markup"


@pytest.mark.parametrize("name", COMMANDS)
def test_no_help_has_brackets_that_would_be_taken_for_markup(name: str) -> None:
    assert not [parameter.name for parameter in load(name).params if "[" in (parameter.help or "")]


def test_options_of_a_search_are_grouped(capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_code("search", "--help") == 0
    out = capsys.readouterr().out
    titles = [line.split("─ ")[1].split(" ─")[0] for line in out.splitlines() if line.startswith("╭─")]
    assert titles == ["Options", "Data", "Resources", "Advanced"]


def test_the_version_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_code("--version") == 0
    assert capsys.readouterr().out == f"lstnet-search {__version__}\n"


def test_a_misspelt_command_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert refused(capsys, "serch") == "error: No such command 'serch'. Did you mean 'search'?\n"


@pytest.mark.parametrize(
    "script", sorted([ROOT / "run_search.py", *ROOT.glob("analysis/*.py")]), ids=lambda path: path.stem
)
def test_a_script_shows_a_usage_that_can_be_typed(
    script: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", [str(script), "--help"])
    monkeypatch.setenv("COLUMNS", "200")
    with pytest.raises(SystemExit) as ended:
        runpy.run_path(str(script), run_name="__main__")
    assert ended.value.code == 0
    assert f"Usage: python {script} [OPTIONS] " in capsys.readouterr().out


def test_loading_the_commands_imports_nothing_that_takes_seconds() -> None:
    code = inspect.cleandoc(f"""
        import sys
        from lstnet_search.cli.commands import COMMANDS, load
        for name in COMMANDS:
            load(name)
            assert not {HEAVY!r} & sys.modules.keys(), name
    """)
    subprocess.run([sys.executable, "-c", code], check=True)


def test_ctrl_c_during_imports_ends_with_one_line(tmp_path: Path) -> None:
    """The interrupt arrives while a module is imported that turns it into another error, as some imports do."""
    (tmp_path / "typer.py").write_text(
        "import os, signal\ntry:\n    os.kill(os.getpid(), signal.SIGINT)\n    input()\n"
        "except KeyboardInterrupt as error:\n    raise RuntimeError('broken import') from error\n"
    )
    environment = os.environ | {"PYTHONPATH": str(tmp_path)}
    ended = subprocess.run(
        [sys.executable, "-m", "lstnet_search", "status", "x"],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
    )
    assert (ended.returncode, ended.stdout, ended.stderr) == (130, "", "stopped\n")


def test_main_leaves_the_handler_of_ctrl_c_as_it_was(capsys: pytest.CaptureFixture[str]) -> None:
    before = signal.getsignal(signal.SIGINT)
    exit_code("--version")
    assert signal.getsignal(signal.SIGINT) is before

import io
import shlex
import subprocess
import sys

import pytest
from rich.console import Console

from lstnet_search.io.console import command_lines, console, say, say_command, screen_width, wrapped

PRINTS_TO_A_READER_THAT_IS_GONE = """
import sys
from lstnet_search.io.console import console

sys.stdin.readline()
out = console()
for line in range(3):
    out.print(line)
print("not ended", file=sys.stderr)
"""


def test_without_a_terminal_markup_is_printed_literally_in_long_lines(capsys: pytest.CaptureFixture[str]) -> None:
    line = "[bold]name[/] :smile: " * 7
    console().print(line)
    assert capsys.readouterr().out == f"{line}\n"


def test_a_reader_that_is_gone_does_not_end_the_process() -> None:
    command = [sys.executable, "-c", PRINTS_TO_A_READER_THAT_IS_GONE]
    pipe = subprocess.PIPE
    process = subprocess.Popen(command, text=True, stdin=pipe, stdout=pipe, stderr=pipe)
    assert process.stdout is not None
    process.stdout.close()
    _, errors = process.communicate("\n", timeout=60)
    assert (process.returncode, errors) == (0, "not ended\n")


def on_terminal(width: int) -> tuple[Console, io.StringIO]:
    out = io.StringIO()
    return Console(file=out, width=width, force_terminal=True, color_system=None), out


@pytest.mark.parametrize("width", [40, 80, 120])
def test_a_sentence_is_broken_between_words_on_a_terminal(width: int) -> None:
    out, printed = on_terminal(width)
    sentence = "resized images of usps and textured do not resemble each other, so trainings start without an anchor"
    say(out, sentence)
    lines = printed.getvalue().splitlines()
    assert all(len(line) <= width for line in lines)
    assert " ".join(lines) == sentence


def test_a_path_is_never_broken() -> None:
    path = "/a/long/path/without/any/space/in/it/that/is/wider/than/the/screen"
    assert wrapped(f"results: {path} end", 40) == ["results:", path, "end"]


@pytest.mark.parametrize("width", [40, 80, 120])
def test_a_command_of_several_lines_can_be_pasted(width: int) -> None:
    command = "lstnet-search search --name tex6 --resume --results-dir 'my results/of today' --add-trials 18"
    lines = command_lines(command, width)
    assert all(len(line) <= width for line in lines)
    assert shlex.split("\n".join(lines).replace("\\\n", "")) == shlex.split(command)


def test_a_command_stays_in_its_sentence_on_a_pipe() -> None:
    out = io.StringIO()
    say_command(
        Console(file=out, width=40), "2 of 6 trials are unfinished; resume with", "lstnet-search search --resume"
    )
    assert out.getvalue() == "2 of 6 trials are unfinished; resume with: lstnet-search search --resume\n"


def test_a_pipe_has_80_columns_unless_the_environment_says_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    pipe = Console(file=io.StringIO(), width=200)
    monkeypatch.delenv("COLUMNS", raising=False)
    assert screen_width(pipe) == 80
    monkeypatch.setenv("COLUMNS", "40")
    assert screen_width(pipe) == 40
    assert screen_width(on_terminal(120)[0]) == 120

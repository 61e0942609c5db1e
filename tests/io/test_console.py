import subprocess
import sys

import pytest

from lstnet_search.io.console import console

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

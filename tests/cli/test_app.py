"""How commands end: an unusable path gives one message, a bug gives a traceback. Commands can share options."""

import errno
import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from commands import exit_code

from lstnet_search.cli.app import App, run_app
from lstnet_search.io.atomic import write_whole

LONG = "x" * 300
HAS_A_LONG_NAME = "File name too long; give a shorter one"


def said(capsys: pytest.CaptureFixture[str]) -> str:
    error = capsys.readouterr().err
    assert error.startswith("error: ")
    assert error.count("\n") == 1
    return error


def ended(command: Callable[[], None]) -> int:
    app = App()
    app.command()(command)
    with pytest.raises(SystemExit) as ended:
        run_app(app, [])
    assert isinstance(ended.value.code, int)
    return ended.value.code


@pytest.mark.parametrize(
    "arguments",
    [
        ["status", LONG],
        ["confirm", LONG],
        ["dashboard", LONG],
        ["export", LONG, "--to", "x"],
        ["predict", "--model", LONG, "--input", "x", "--output", "x.parquet"],
        ["data", "describe", f"folder:{LONG}"],
        ["search", "--space", "search_spaces/smoke.yaml", "--preset", "cpu", "--warm-start", LONG],
    ],
)
def test_a_name_that_is_too_long_is_refused(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_code(*arguments) == 2
    error = said(capsys)
    assert LONG in error
    assert HAS_A_LONG_NAME in error


@pytest.mark.parametrize(
    ("number", "advice"),
    [
        (errno.EACCES, "give one that you may read and write"),
        (errno.EPERM, "give one that you may read and write"),
        (errno.EROFS, "give one that can be written to"),
        (errno.ENOENT, "make it, or give another"),
        (errno.ENOTDIR, "give one whose parents are all folders"),
        (errno.EISDIR, "give the path of a file"),
        (errno.EEXIST, "give another"),
    ],
)
def test_an_error_of_the_file_system_becomes_a_message_with_advice(
    number: int, advice: str, capsys: pytest.CaptureFixture[str]
) -> None:
    def command() -> None:
        raise OSError(number, os.strerror(number), "s3://me:secret@there/x")

    assert ended(command) == 2
    assert said(capsys) == f"error: s3://***@there/x: {os.strerror(number)}; {advice}\n"


@pytest.mark.parametrize("path", [(), ("runs/model/history.parquet",)])
def test_a_full_disk_is_no_bad_input_and_gets_one_message(
    path: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    def command() -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), *path)

    assert ended(command) == 1
    error = said(capsys)
    assert error.startswith("error: the disk is full: ")
    assert error.endswith("; free some space, then run the same command again\n")
    assert all(each in error for each in path)


@pytest.mark.parametrize(
    "error",
    [OSError(errno.EIO, "Input/output error", "x"), OSError(errno.EACCES, "of no path"), ValueError("a bug")],
)
def test_other_errors_stay_what_they_are(error: Exception) -> None:
    def command() -> None:
        raise error

    app = App()
    app.command()(command)
    with pytest.raises(type(error), match=re.escape(str(error))):
        run_app(app, [])


@pytest.mark.parametrize(
    ("target", "message"),
    [
        ("none/best.yaml", "none: No such file or directory; make it"),
        ("file/best.yaml", "file: Not a directory; give one whose parents"),
        ("folder", "folder: Is a directory; give the path of a file"),
    ],
)
def test_a_path_that_cannot_be_written_is_named_as_the_user_gave_it(
    tmp_path: Path, target: str, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "folder").mkdir()
    assert ended(lambda: write_whole(tmp_path / target, "content")) == 2
    assert f"error: {tmp_path}/{message}" in said(capsys)


def test_bytes_that_are_not_text_can_be_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert ended(lambda: print(os.fsdecode(b"r\xff"))) == 0
    assert capsys.readouterr().out == "r\\udcff\n"


@dataclass(frozen=True)
class Shared:
    """Options of several commands."""

    times: int = 1
    loud: bool = False


def test_a_group_of_options_becomes_one_option_per_field(capsys: pytest.CaptureFixture[str]) -> None:
    def command(word: str, shared: Shared, end: str = ".") -> int:
        print((word.upper() if shared.loud else word) * shared.times + end)
        return 3

    app = App()
    app.command()(command)
    with pytest.raises(SystemExit) as ended:
        run_app(app, ["ho", "--times", "2", "--loud", "--end", "!"])
    assert ended.value.code == 3
    assert capsys.readouterr().out == "HOHO!\n"

"""YAML files that users wrote: what is refused, and how fast."""

import time
from pathlib import Path

import pytest

from lstnet_search.errors import InputError
from lstnet_search.io.yaml import parse_yaml, read_yaml


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("w1: \x00", r"^x\.yaml is not YAML: unacceptable character"),
        (
            "w1: 1\nw2: [1",
            r"^x\.yaml is not YAML, line 2: while parsing a flow sequence .*; correct it there$",
        ),
        ("w1: 1\nw1: 2\n", r"^x\.yaml is not YAML, line 2: the key 'w1' appears twice; correct it there$"),
        ("w1: {low: 1, low: 2}\n", r"^x\.yaml is not YAML, line 1: the key 'low' appears twice"),
        ("w1: !!python/name:os.system\n", r"line 1: could not determine a constructor for the tag"),
        ("w1: &a {low: 1}\nw4: {<<: *a}\n", r"line 2: merge keys \(<<\) are not supported, write the settings out"),
        ("w1: 2001-99-99\n", r"has a value that YAML cannot read: month must be in 1\.\.12; quote or correct it$"),
        ("w1: !!int ''\n", r"has a value that YAML cannot read"),
        ("w1: " + "[" * 1000, r"^x\.yaml is nested too deeply; write one line per setting$"),
    ],
)
def test_text_that_cannot_be_used_is_refused(text: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        parse_yaml(text, "x.yaml")


def test_anchors_may_be_used() -> None:
    assert parse_yaml("w1: &wide {low: 1}\nw2: *wide\n", "x.yaml") == {"w1": {"low": 1}, "w2": {"low": 1}}


def test_an_anchor_may_contain_itself() -> None:
    content = parse_yaml("w1: &again [*again]\n", "x.yaml")
    assert content["w1"][0] is content["w1"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, r"^cannot read the space file .*: No such file or directory; give another with --space$"),
        (b"\xff\xfe\x00w1", r"^the space file .*x\.yaml is not UTF-8 text; give another with --space$"),
        ("folder", "Is a directory"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path, content: bytes | str | None, message: str) -> None:
    path = tmp_path / "x.yaml"
    if content == "folder":
        path.mkdir()
    elif isinstance(content, bytes):
        path.write_bytes(content)
    with pytest.raises(InputError, match=message):
        read_yaml(path, "space file", "--space")


DOUBLED = ["a0: &a0 [1, 2]"] + [f"a{line}: &a{line} [*a{line - 1}, *a{line - 1}]" for line in range(1, 60)]
MERGED = ["a0: &a0 {k: 1}"] + [f"a{line}: &a{line} {{<<: [{f'*a{line - 1}, ' * 10}]}}" for line in range(1, 13)]
# `1` and `0x1` are the same key. It keeps its first position and its last value, so the chain is counted from its end.
CHAIN = ["1: 0"] + [f"a{line}: &a{line} [{f'*a{line - 1}' if line else 1}]" for line in range(1000)] + ["0x1: *a999"]


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        pytest.param(DOUBLED, r"expands to over 1000000 values by anchors \(&, \*\)", id="anchors that double"),
        pytest.param(MERGED, r"line 2: merge keys \(<<\) are not supported", id="merges that grow tenfold"),
        pytest.param(CHAIN, "is nested too deeply", id="a chain of anchors whose end comes first"),
    ],
)
def test_a_few_lines_that_expand_without_end_are_refused_at_once(lines: list[str], message: str) -> None:
    begun = time.process_time()
    with pytest.raises(InputError, match=message):
        parse_yaml("\n".join(lines), "x.yaml")
    assert time.process_time() - begun < 2

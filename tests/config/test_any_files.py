"""Whatever the bytes of a user's YAML file are, they are read or end in one message, and soon."""

import string
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import yaml
from changes import VALUES, changed, damaged
from examples import examples
from hypothesis import example, given
from hypothesis import strategies as st

from lstnet_search.config import Space, TrialConfig
from lstnet_search.config.space.points import read_points
from lstnet_search.errors import InputError
from lstnet_search.io.yaml import read_yaml

ROOT = Path(__file__).parents[2]
SPACES = [path.read_bytes() for path in sorted((ROOT / "search_spaces").glob("*.yaml"))]
POINTS = [{"w1": 50, "wl": 5.5}, {"learning_rate": 1e-4, "latent_stride": 3}]
CONFIG = TrialConfig().model_dump(mode="json")

YAML = st.text("{}[]:,&*!|>-#'\"%@ \n\ta1.<~?" + string.digits, max_size=40).map(str.encode)
BYTES = st.binary(max_size=60) | YAML | st.sampled_from(SPACES).flatmap(damaged)


def dumped(content: object) -> bytes:
    return yaml.safe_dump(content, sort_keys=False).encode()


READERS: dict[str, Callable[[Path], object]] = {
    "space": Space.read,
    "points": read_points,
    "config": lambda path: TrialConfig.parse(read_yaml(path, "config file", "--config"), str(path)),
}


def read(content: bytes) -> None:
    with TemporaryDirectory() as made:
        path = Path(made) / "x.yaml"
        path.write_bytes(content)
        for reader in READERS.values():
            with suppress(InputError):  # which is what may come out
                reader(path)


@examples(100)
@given(content=BYTES | st.one_of(changed(POINTS), changed(CONFIG), VALUES).map(dumped))
@example(b"\xff\xfe")
@example(b"w1: !!timestamp x\n")
@example(b"? [1]\n: 2\n")
@example(b"w1: &a {type: uniform, low: *a, high: 2}\n")
@example(b"w1: " + b"9" * 5000)
@example(b"--- 1\n--- 2\n")
@example(b"method: []\n")
def test_any_bytes_are_settings_or_an_input_error(content: bytes) -> None:
    read(content)


def refused_at_once(path: Path, text: str, message: str) -> None:
    path.write_text(text)
    begun = time.process_time()
    for reader in READERS.values():
        with pytest.raises(InputError, match=message):
            reader(path)
    assert time.process_time() - begun < 5


def test_anchors_that_double_with_each_line_are_refused_at_once(tmp_path: Path) -> None:
    lines = ["a0: &a0 [1, 2]"] + [f"a{line}: &a{line} [*a{line - 1}, *a{line - 1}]" for line in range(1, 60)]
    message = r"repeats itself by anchors \(&, \*\) into over 1000000 values"
    refused_at_once(tmp_path / "x.yaml", "\n".join(lines), message)


def test_merges_that_grow_tenfold_with_each_line_are_refused_at_once(tmp_path: Path) -> None:
    lines = ["a0: &a0 {k: 1}"] + [f"a{line}: &a{line} {{<<: [{f'*a{line - 1}, ' * 10}]}}" for line in range(1, 13)]
    refused_at_once(tmp_path / "x.yaml", "\n".join(lines), r"line 2: merges \(<<\) are not taken")


def test_a_chain_of_anchors_whose_end_comes_first_is_refused(tmp_path: Path) -> None:
    """Of two keys that are one number, the first has the place and the last the value."""
    chain = "".join(f"a{line}: &a{line} [{f'*a{line - 1}' if line else 1}]\n" for line in range(1000))
    refused_at_once(tmp_path / "x.yaml", f"1: 0\n{chain}0x1: *a999\n", "is nested too deeply")

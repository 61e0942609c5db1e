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

from lstnet_search.config import InputError, Space, TrialConfig, read_yaml
from lstnet_search.config.points import read_points

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


def test_anchors_that_double_with_each_line_are_refused_at_once(tmp_path: Path) -> None:
    lines = ["a0: &a0 [1, 2]"] + [f"a{line}: &a{line} [*a{line - 1}, *a{line - 1}]" for line in range(1, 60)]
    (tmp_path / "x.yaml").write_text("\n".join(lines))
    begun = time.process_time()
    for reader in READERS.values():
        with pytest.raises(InputError, match=r"repeats itself by anchors \(&, \*\) into over 1000000 values"):
            reader(tmp_path / "x.yaml")
    assert time.process_time() - begun < 5

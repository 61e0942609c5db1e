"""Any bytes in a user's YAML file become settings or one message."""

import string
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

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


@examples(100)
@given(content=BYTES | st.one_of(changed(POINTS), changed(CONFIG), VALUES).map(dumped))
@example(b"")
@example(b"# nothing yet\n")
@example(b"\xff\xfe")
@example(b"w1: yes\n")
@example(b"w1: !!timestamp x\n")
@example(b"? [1]\n: 2\n")
@example(b"w1: &a {type: uniform, low: *a, high: 2}\n")
@example(b"w1: &again [*again]\n")
@example(b"w1: " + b"9" * 5000)
@example(b"--- 1\n--- 2\n")
@example(b"method: []\n")
def test_any_bytes_are_settings_or_an_input_error(content: bytes) -> None:
    with TemporaryDirectory() as made:
        path = Path(made) / "x.yaml"
        path.write_bytes(content)
        for reader in READERS.values():
            with suppress(InputError):  # the only error that may be raised
                reader(path)

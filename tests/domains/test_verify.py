from pathlib import Path

import pytest

from lstnet_search.domains.verify import MNIST_FINGERPRINTS, load_and_verify
from lstnet_search.errors import InputError


def test_full_data_are_the_original(full_data: Path) -> None:
    assert load_and_verify("mnist", "full", full_data, "test")[1] == "the original, bit for bit"


def test_full_data_that_have_changed_are_refused(full_data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(MNIST_FINGERPRINTS, "test", "0")
    with pytest.raises(InputError, match=r"mnist \(test\) in .* is not the original, although its count and shape"):
        load_and_verify("mnist", "full", full_data, "test")

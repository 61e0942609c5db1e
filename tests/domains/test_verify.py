import gzip
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


def test_usps_without_a_file_is_said_to_be_the_bundled_copy(tmp_path: Path) -> None:
    finding = load_and_verify("usps", "full", tmp_path, "test")[1]
    assert finding == f"the bundled copy, because {tmp_path} has no usps.t.bz2; its checksum is right"


def test_full_data_that_were_compressed_again_are_the_original(full_data: Path, tmp_path: Path) -> None:
    raw = full_data / "MNIST" / "raw"
    for part in ("train", "t10k"):
        for kind in ("images-idx3", "labels-idx1"):
            content = (raw / f"{part}-{kind}-ubyte").read_bytes()
            (tmp_path / f"{part}-{kind}-ubyte.gz").write_bytes(gzip.compress(content, 1))
    finding = load_and_verify("mnist", "full", tmp_path, "test")[1]
    assert finding == f"the original, bit for bit; its files were found as {tmp_path}/t10k-images-idx3-ubyte.gz"

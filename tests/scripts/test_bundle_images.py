import json
from hashlib import sha256
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import pytest
import torch

from lstnet_search.domains import Domain
from lstnet_search.domains.sets.bundled import read_bundled

SCRIPT = Path(__file__).parents[2] / "scripts" / "bundle_images.py"


@pytest.fixture(scope="module")
def script() -> ModuleType:
    spec = spec_from_file_location("bundle_images", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def noise(labels: list[int]) -> Domain:
    generator = torch.Generator().manual_seed(len(labels))
    images = torch.randint(0, 256, (len(labels), 1, 16, 16), generator=generator, dtype=torch.uint8)
    return Domain("usps", images, torch.tensor(labels))


def test_written_images_and_labels_are_read_back_by_part(script: ModuleType, tmp_path: Path) -> None:
    parts = {"train": noise([3, 1, 9]), "test": noise([0, 7])}
    script.write(tmp_path / "usps.parquet", parts)
    digest = sha256((tmp_path / "usps.parquet").read_bytes()).hexdigest()
    (tmp_path / "checksums.json").write_text(json.dumps({"usps.parquet": digest}))
    assert read_bundled("usps", "train", tmp_path).fingerprint == parts["train"].fingerprint
    assert read_bundled("usps", "test", tmp_path).fingerprint == parts["test"].fingerprint


def test_writing_twice_gives_the_same_bytes(script: ModuleType, tmp_path: Path) -> None:
    for name in ("first", "second"):
        script.write(tmp_path / name, {"train": noise([3, 1, 9]), "test": noise([0, 7])})
    assert (tmp_path / "first").read_bytes() == (tmp_path / "second").read_bytes()


def test_subset_keeps_class_shares_and_order(script: ModuleType) -> None:
    domain = noise([0] * 60 + [1] * 40)
    chosen = script.subset(domain, 10)
    assert chosen.labels.tolist() == [0] * 6 + [1] * 4
    assert torch.equal(script.subset(domain, 10).images, chosen.images)

import logging
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from lstnet_search.domains import Augmentation, Domain
from lstnet_search.evaluation import ClassifierSettings, cached_classifier, train_classifier
from lstnet_search.models.classifier import Classifier

CPU = torch.device("cpu")
BRIEF = ClassifierSettings(steps=3, batch_size=32)


def bits(classifier: Classifier) -> dict[str, bytes]:
    return {name: value.numpy().tobytes() for name, value in classifier.state_dict().items()}


def refuse(*args: object) -> Classifier:
    raise AssertionError("trained again")


@pytest.fixture
def cached(stripes: Domain, tmp_path: Path) -> Path:
    """The only file of a cache."""
    cached_classifier(stripes, BRIEF, 0, CPU, tmp_path)
    (file,) = tmp_path.iterdir()
    return file


def test_a_hit_gives_the_bits_of_training_without_training(
    stripes: Domain, cached: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trained = train_classifier(stripes, BRIEF, 0, CPU)
    monkeypatch.setattr("lstnet_search.evaluation.classifier_cache.train_classifier", refuse)
    read = cached_classifier(stripes, BRIEF, 0, CPU, cached.parent)
    assert bits(read) == bits(trained)
    assert not any(module.training for module in read.modules())
    assert not any(weight.requires_grad for weight in read.parameters())
    images = torch.rand(8, 1, 14, 14)
    assert torch.equal(read(images), trained(images))


def test_a_hit_does_not_move_the_global_generator(stripes: Domain, cached: Path) -> None:
    before = torch.get_rng_state()
    cached_classifier(stripes, BRIEF, 0, CPU, cached.parent)
    assert torch.equal(torch.get_rng_state(), before)


def damage_by_cutting(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:1000])


def damage_by_emptying(file: Path) -> None:
    file.write_bytes(b"")


def damage_a_weight(file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[-100] ^= 1
    file.write_bytes(content)


@pytest.mark.parametrize("damage", [damage_by_cutting, damage_by_emptying, damage_a_weight])
def test_after_damage_the_classifier_is_trained_again_with_one_warning(
    stripes: Domain, cached: Path, damage: Callable[[Path], None], caplog: pytest.LogCaptureFixture
) -> None:
    whole = cached.read_bytes()
    damage(cached)
    again = cached_classifier(stripes, BRIEF, 0, CPU, cached.parent)
    (record,) = caplog.records
    assert record.levelno == logging.WARNING
    assert "cannot be read" in record.getMessage()
    assert str(cached) in record.getMessage()
    assert bits(again) == bits(train_classifier(stripes, BRIEF, 0, CPU))
    assert cached.read_bytes() == whole


def test_a_file_of_another_network_is_replaced_by_training(
    stripes: Domain, cached: Path, caplog: pytest.LogCaptureFixture
) -> None:
    three = Domain("three", stripes.images, stripes.labels % 3, classes=3)
    cached_classifier(three, BRIEF, 0, CPU, cached.parent)
    (other,) = cached.parent.glob("three-*")
    other.replace(cached)
    again = cached_classifier(stripes, BRIEF, 0, CPU, cached.parent)
    assert "cannot be read" in caplog.text
    assert bits(again) == bits(train_classifier(stripes, BRIEF, 0, CPU))


def test_everything_that_determines_the_bits_determines_the_file(stripes: Domain, cached: Path) -> None:
    folder = cached.parent
    turned = replace(BRIEF, augmentation=Augmentation(rotation=0.0, scale=0.1, shift=2.0))
    cached_classifier(stripes, BRIEF, 1, CPU, folder)
    cached_classifier(stripes, turned, 0, CPU, folder)
    cached_classifier(stripes.take(torch.arange(199)), BRIEF, 0, CPU, folder)
    cached_classifier(stripes, BRIEF, 0, CPU, folder, stripes)
    cached_classifier(stripes, BRIEF, 0, CPU, folder, replace(stripes, labels=None))  # labels of these are not read
    assert len(list(folder.iterdir())) == 5


def test_another_version_of_the_recipe_finds_no_older_file(
    stripes: Domain, cached: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lstnet_search.evaluation.classifier_cache.RECIPE_VERSION", -1)
    cached_classifier(stripes, BRIEF, 0, CPU, cached.parent)
    assert len(list(cached.parent.iterdir())) == 2


def test_a_cache_that_cannot_be_written_is_not_required(
    stripes: Domain, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").touch()
    classifier = cached_classifier(stripes, BRIEF, 0, CPU, tmp_path / "file" / "cache")
    (record,) = caplog.records
    assert "cannot be cached" in record.getMessage()
    assert bits(classifier) == bits(train_classifier(stripes, BRIEF, 0, CPU))


def test_a_write_that_fails_leaves_nothing_behind(
    stripes: Domain, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def full(handle: int) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(os, "fsync", full)
    cached_classifier(stripes, BRIEF, 0, CPU, tmp_path)
    assert "no space left" in caplog.text
    assert list(tmp_path.iterdir()) == []

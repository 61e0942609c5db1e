"""How images are labelled: readers on images of 2x2 pixels, and adapted classifiers on stripes."""

from pathlib import Path

import pytest
import torch
from two_by_two import Always, Brightest, Roll, brightest_at

from lstnet_search.config.readers import LABELLER
from lstnet_search.domains import Domain, DomainPair
from lstnet_search.evaluation import ClassifierSettings, Resizing, adapt, reader_accuracies
from lstnet_search.evaluation.prepare import own_accuracy
from lstnet_search.methods.labeller import DirectionNetwork, Labeller

BRIEF = ClassifierSettings(steps=150, batch_size=32)


def test_the_papers_reader_labels_translated_images(pair: DomainPair) -> None:
    # Rolled by one pixel, a's images are labelled 1, 2, 3, 0. The true labels are 0, 1, 2, 0.
    assert reader_accuracies(Roll(1, 0), pair, (None, Brightest())) == {"translated": {"a_to_b": 0.25}}


def test_images_without_labels_have_no_accuracy(pair: DomainPair) -> None:
    unlabelled = DomainPair(brightest_at("a", [0], None), pair.b)
    assert reader_accuracies(Roll(1, 0), unlabelled, (None, Brightest())) == {}


def test_an_adapted_classifier_reads_images_as_they_are_and_both_average(pair: DomainPair) -> None:
    found = reader_accuracies(Roll(1, 0), pair, (None, Brightest()), (Brightest(), None))
    assert found["adapted"] == {"a_to_b": 0.75}  # labelled 0, 1, 2, 3
    assert {*found} == {"translated", "adapted", "both"}


def test_both_follow_the_surer_one_whichever_it_is(pair: DomainPair) -> None:
    # The brightest pixel gets 71 % of the one; class 2 gets 48 % of the other, and each other class 17 %.
    for sure, unsure in ((Brightest(), Always(2)), (Always(2), Brightest())):
        found = reader_accuracies(Roll(0, 0), pair, (None, sure), (unsure, None))
        assert {found["translated"]["a_to_b"], found["adapted"]["a_to_b"]} == {0.75, 0.25}
        assert found["both"] == {"a_to_b": 0.75}


def test_a_labeller_is_its_own_only_reader(pair: DomainPair) -> None:
    class First(DirectionNetwork):
        def label(self, images: torch.Tensor, domain: int) -> tuple[torch.Tensor, torch.Tensor]:
            return images.flatten(1), torch.eye(4)[torch.zeros(len(images), dtype=torch.int64)]

    assert reader_accuracies(Labeller({0: First()}), pair, (None, None)) == {LABELLER: {"a_to_b": 0.5}}
    assert adapt(Labeller({0: First()}), pair, BRIEF, 0, Path("not used")) == (None, None)


def test_a_classifier_is_adapted_by_labels_of_the_other_domain_alone(stripes: Domain, tmp_path: Path) -> None:
    without = DomainPair(stripes, Domain("bare", stripes.images // 2 + 60, None, classes=stripes.classes))
    of_stripes, of_bare = adapt(Resizing(without), without, BRIEF, 0, tmp_path)
    assert of_stripes is None  # the other domain has no labels
    assert of_bare is not None
    assert own_accuracy(of_bare, Domain("bare", without.b.images, stripes.labels, classes=stripes.classes)) > 0.95


def test_an_adapted_classifier_is_cached(stripes: Domain, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pair = DomainPair(stripes, Domain("bare", stripes.images, None, classes=stripes.classes))
    brief = ClassifierSettings(steps=3, batch_size=32)
    _, first = adapt(Resizing(pair), pair, brief, 0, tmp_path)
    monkeypatch.setattr("lstnet_search.evaluation.classifier_cache.train_classifier", None)
    _, again = adapt(Resizing(pair), pair, brief, 0, tmp_path)
    assert first is not None
    assert again is not None
    assert all(torch.equal(one, other) for one, other in zip(first.parameters(), again.parameters(), strict=True))

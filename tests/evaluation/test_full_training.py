"""Trainings on whole sets, of bundled images."""

from pathlib import Path

import pytest
import torch

from lstnet_search.config import TrialConfig
from lstnet_search.domains import Domain, DomainPair, load
from lstnet_search.evaluation import Resizing, UnwatchedTraining, WholeSets, train_classifier, translation_accuracy
from lstnet_search.evaluation.classifiers import ClassifierSettings
from lstnet_search.evaluation.full_training import PROGRESS
from lstnet_search.training import DivergedError, Start, read_state

CPU = torch.device("cpu")
NOWHERE = Path("nowhere")
TINY = TrialConfig(
    data="bundled", width=1 / 64, batch_size=8, steps=6, reports=3, learning_rate=1e-3, batch_norm_momentum=0.1
)


@pytest.fixture(scope="module")
def sets() -> WholeSets:
    return WholeSets.read(TINY, NOWHERE)


def test_nothing_is_kept_back(sets: WholeSets) -> None:
    assert [len(domain) for domain in sets.train] == [10_000, 7291]
    whole = [load(name, "bundled", NOWHERE, "train").fingerprint for name in ("mnist", "usps")]
    assert sets.fingerprint == "-".join(whole)


def test_reports_say_how_far_a_training_is_and_nothing_of_how_good(sets: WholeSets) -> None:
    reports = list(UnwatchedTraining(TINY, sets, CPU))
    assert [report.metrics[PROGRESS] for report in reports] == [2 / 6, 4 / 6, 1]
    assert not [name for name in reports[-1].metrics if "val_" in name or "test_" in name or "infomax" in name]


def test_a_training_that_goes_on_ends_as_one_that_was_never_stopped(sets: WholeSets, tmp_path: Path) -> None:
    whole = UnwatchedTraining(TINY, sets, CPU)
    next(whole)
    whole.save(tmp_path, trial=3)
    *_, last = whole
    state, header = read_state(tmp_path)
    assert header["trial"] == 3
    resumed = UnwatchedTraining(TINY, sets, CPU, Start(state, header["step"], header["seconds"]))
    reports = list(resumed)
    assert [report.metrics[PROGRESS] for report in reports] == [4 / 6, 1]
    again = reports[-1].state()
    assert all(torch.equal(tensor, again[name]) for name, tensor in last.state().items())


def test_a_network_that_the_last_update_broke_is_told_as_diverged(sets: WholeSets) -> None:
    broken = TINY.override({"steps": 1, "reports": 1, "w1": 1e39}, "test")  # inf in float32
    with pytest.raises(DivergedError, match="diverged at step"):
        list(UnwatchedTraining(broken, sets, CPU))


def test_accuracies_are_of_directions_with_labels_at_both_ends() -> None:
    mnist, usps = (load(name, "bundled", NOWHERE, "test").take(torch.arange(200)) for name in ("mnist", "usps"))
    brief = ClassifierSettings(epochs=0, min_steps=20, batch_size=16)
    of_usps = train_classifier(load("usps", "bundled", NOWHERE, "train").take(torch.arange(400)), brief, 0, CPU)
    pair = DomainPair(mnist, usps)
    (measured,) = translation_accuracy(Resizing(pair), pair, (None, of_usps)).items()
    resized = Resizing(pair).translate(mnist.images.float() / 127.5 - 1, 0)
    share = (of_usps(resized).argmax(1) == mnist.labels).double().mean()
    assert measured == ("mnist_to_usps", pytest.approx(float(share)))
    unlabelled = DomainPair(Domain("mnist", mnist.images, None), usps)
    assert translation_accuracy(Resizing(unlabelled), unlabelled, (None, of_usps)) == {}

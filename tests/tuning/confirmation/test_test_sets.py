"""When the test sets of a study are opened, and what counts as an opening. Nothing is trained."""

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from contexts import make_context
from rich.console import Console

from lstnet_search.config import PRESETS
from lstnet_search.domains import Domain, DomainPair
from lstnet_search.errors import InputError
from lstnet_search.evaluation import ClassifierSettings
from lstnet_search.results.confirmation.plan import ConfirmationPlan
from lstnet_search.tuning.confirmation import test_sets
from lstnet_search.tuning.confirmation.test_sets import Key, Measurement, measure

NO_TRANSLATION: dict[Key, Any] = {(None, 7): None}
PLAN = ConfirmationPlan(10, (7,), (0,), "translated")
CURRENT = ClassifierSettings.of(PRESETS["cpu"].trial).description
MEASURED: dict[Key, dict[str, dict[str, float]]] = {(None, 7): {"adapted": {"mnist_to_usps": 0.25}}}


def pair(pixel: int = 0, labelled: tuple[str, ...] = ("mnist", "usps")) -> DomainPair:
    def domain(name: str) -> Domain:
        images = torch.full((2, 1, 4, 4), pixel, dtype=torch.uint8)
        return Domain(name, images, torch.zeros(2).long() if name in labelled else None)

    return DomainPair(domain("mnist"), domain("usps"))


class Confirmation:
    """A confirmation that tests no translation only, with given test sets and accuracies."""

    def __init__(self, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.context, _ = make_context(path, data=SimpleNamespace(train=pair()))
        self.folder = self.context.run.folder
        self.folder.create({"search": {}})
        self.load: Callable[..., DomainPair] = lambda *arguments, **settings: pair()
        self.classifiers: dict[int, Any] | None = {7: (None, None)}
        self.adapted: tuple[None, None] | None = (None, None)
        trainings = SimpleNamespace(
            of_domains=lambda *arguments: self.classifiers,
            adapted=lambda networks, sources, say: self.adapted and dict.fromkeys(networks, self.adapted),
        )
        monkeypatch.setattr(test_sets, "ClassifierTrainings", lambda *arguments: trainings)
        monkeypatch.setattr(test_sets, "load_pair", lambda *arguments, **settings: self.load())
        monkeypatch.setattr(test_sets, "reader_accuracies", lambda *arguments: {"adapted": {"mnist_to_usps": 0.5}})

    def measure(self) -> Measurement | None:
        return measure(NO_TRANSLATION, PLAN, self.context, Console().print)

    def openings(self) -> int:
        file = self.folder.openings_file
        return len(file.read_text().splitlines()) if file.exists() else 0


@pytest.fixture
def confirmation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Confirmation:
    return Confirmation(tmp_path / "it", monkeypatch)


def test_test_sets_that_were_read_count_as_opened(confirmation: Confirmation) -> None:
    measured = confirmation.measure()
    assert measured == Measurement({(None, 7): {"adapted": {"mnist_to_usps": 0.5}}}, 1, pair().fingerprint)
    assert confirmation.openings() == 1


def test_test_sets_that_cannot_be_read_stay_closed(confirmation: Confirmation) -> None:
    def missing() -> DomainPair:
        raise InputError("no test images in data")

    confirmation.load = missing
    with pytest.raises(InputError, match="no test images in data"):
        confirmation.measure()
    assert confirmation.openings() == 0


def test_images_that_are_not_those_of_an_earlier_opening_are_refused_and_do_not_count(
    confirmation: Confirmation, monkeypatch: pytest.MonkeyPatch
) -> None:
    earlier = SimpleNamespace(opening=1, test_fingerprint=pair().fingerprint, classifiers=CURRENT)
    monkeypatch.setattr(test_sets, "read_confirmation", lambda folder: earlier)
    confirmation.load = lambda: pair(pixel=9)
    with pytest.raises(InputError, match=r"was tested on data with fingerprint .* give the same data with --data-dir"):
        confirmation.measure()
    assert confirmation.openings() == 0


def test_trainings_that_other_classifiers_read_are_not_added_to(
    confirmation: Confirmation, monkeypatch: pytest.MonkeyPatch
) -> None:
    earlier = SimpleNamespace(opening=1, test_fingerprint=pair().fingerprint, classifiers="recipe 2")
    monkeypatch.setattr(test_sets, "read_confirmation", lambda folder: earlier)
    with pytest.raises(InputError, match=r"made with other classifiers \(recipe 2; now recipe .*remove that file"):
        confirmation.measure()
    assert confirmation.openings() == 0


def test_test_sets_without_labels_are_refused_and_do_not_count(confirmation: Confirmation) -> None:
    confirmation.load = lambda: pair(labelled=())
    with pytest.raises(InputError, match="the test sets of mnist and usps have no labels"):
        confirmation.measure()
    assert confirmation.openings() == 0


def test_test_sets_whose_labels_no_classifier_can_be_compared_with_are_refused_and_do_not_count(
    confirmation: Confirmation,
) -> None:
    confirmation.context.data.train = pair(labelled=("mnist",))  # a classifier for translated images of usps only
    confirmation.load = lambda: pair(labelled=("mnist",))
    with pytest.raises(InputError, match="no accuracy can be measured on the test sets of mnist and usps"):
        confirmation.measure()
    assert confirmation.openings() == 0
    confirmation.load = lambda: pair(labelled=("usps",))
    assert confirmation.measure() is not None


@pytest.mark.parametrize("unfinished", ["classifiers", "adapted"])
def test_after_a_stop_request_the_test_sets_stay_closed(confirmation: Confirmation, unfinished: str) -> None:
    setattr(confirmation, unfinished, None)
    assert confirmation.measure() is None
    assert confirmation.openings() == 0


def test_what_was_measured_before_is_not_measured_again(
    confirmation: Confirmation, monkeypatch: pytest.MonkeyPatch
) -> None:
    earlier = SimpleNamespace(opening=3, test_fingerprint="the same")
    monkeypatch.setattr(test_sets, "read_confirmation", lambda folder: earlier)
    monkeypatch.setattr(test_sets, "measured_accuracies", lambda folder, plan: MEASURED)
    assert confirmation.measure() == Measurement(MEASURED, 3, "the same")
    assert confirmation.openings() == 0

"""Trainings on bundled images. In some, one domain has no labels."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from lstnet_search.config import TrialConfig
from lstnet_search.config.metrics import CRITERIA
from lstnet_search.domains import to_unit_range
from lstnet_search.evaluation import EvaluatedTraining, Prepared
from lstnet_search.evaluation.criteria import neg_entropy
from lstnet_search.evaluation.permutation import Permutation

CPU = torch.device("cpu")
TINY = TrialConfig(
    data="bundled", width=1 / 64, batch_size=8, steps=2, reports=2, learning_rate=1e-3, batch_norm_momentum=0.1
)


def test_reports_carry_accuracies_criteria_and_the_probe(few: Prepared) -> None:
    report = next(EvaluatedTraining(TINY, few, "both", CPU))
    directions = ("mnist_to_usps", "usps_to_mnist")
    assert {f"{name}_{each}" for name in (*CRITERIA, "val_accuracy", "permuted_share") for each in directions} <= set(
        report.metrics
    )
    for name in CRITERIA:
        assert report.metrics[name] == sum(report.metrics[f"{name}_{each}"] for each in directions) / 2
    assert 0 <= report.metrics["latent_probe"] <= 1


def test_without_labels_of_usps_mnists_classifier_measures_one_direction(usps_unlabelled: Prepared) -> None:
    assert usps_unlabelled.classifiers[1] is None
    training = EvaluatedTraining(TINY, usps_unlabelled, "both", CPU)
    for report in training:
        assert not [name for name in report.metrics if "mnist_to_usps" in name or "val_accuracy" in name]
        assert "target_accuracy" not in report.metrics
        assert report.metrics["infomax"] == report.metrics["infomax_usps_to_mnist"]
    assert report.step == 2


def test_samples_of_unlabelled_images_have_neither_labels_nor_confusions(
    usps_unlabelled: Prepared, tmp_path: Path
) -> None:
    training = EvaluatedTraining(TINY, usps_unlabelled, "both", CPU)
    next(training)
    training.save(tmp_path)
    with np.load(tmp_path / "samples.npz", allow_pickle=False) as samples:
        assert not [name for name in samples if name.startswith("confusion")]
        assert set(samples["labels_b"]) == {-1}
        assert set(samples["predicted_a"]) == {-1}  # there is no classifier of USPS
        assert set(samples["predicted_b"]) <= set(range(10))
        assert len(samples["latents_b"]) == 40


def test_alarms_name_swapped_classes(usps_unlabelled: Prepared) -> None:
    training = EvaluatedTraining(TINY, usps_unlabelled, "both", CPU)
    next(training)
    assert training.alarms == []
    training._evaluator.permutations["usps_to_mnist"] = Permutation(0.06, {3: 8, 8: 3})
    said = "classes swapped in usps_to_mnist: 3 read as 8, 8 read as 3, relative to plain resizing"
    assert training.alarms == [said], "USPS has no labels here"
    unlike = EvaluatedTraining(TINY, replace(usps_unlabelled, alike=False), "both", CPU)
    next(unlike)
    unlike._evaluator.permutations["usps_to_mnist"] = Permutation(0.06, {3: 8, 8: 3})
    assert unlike.alarms == [], "resizing tells nothing about images that are not alike"


def test_with_labels_alarms_tell_the_true_classes_whatever_resizing_reads(few: Prepared) -> None:
    """A perfect translator of mirrored digits reads other classes than plain resizing does."""
    training = EvaluatedTraining(TINY, few, "both", CPU)
    next(training)
    training._evaluator.permutations["usps_to_mnist"] = Permutation(0.5, {2: 5, 5: 2})
    training._evaluator.confusions = {name: torch.eye(10, dtype=torch.int64) * 9 for name in few.directions}
    assert training.alarms == []
    swapped = torch.eye(10, dtype=torch.int64)[[0, 1, 2, 3, 4, 5, 9, 7, 8, 6]] * 9
    training._evaluator.confusions["usps_to_mnist"] = swapped
    assert training.alarms == ["classes swapped in usps_to_mnist: 6 read as 9, 9 read as 6"]


def test_reports_count_the_classes_that_are_swapped(few: Prepared) -> None:
    report = next(EvaluatedTraining(TINY, few, "both", CPU))
    assert {report.metrics[f"swapped_{name}"] for name in few.directions} <= {float(count) for count in range(11)}


@pytest.mark.parametrize("method", ["cogan", "deepjdot"])
def test_a_method_without_translation_labels_images_itself_and_has_no_image_samples(
    method: str, few: Prepared, tmp_path: Path
) -> None:
    config = TrialConfig.parse({"method": method, "width": 1 / 64, "batch_size": 8, "steps": 1, "data": "bundled"}, "")
    training = EvaluatedTraining(config, few, "both", CPU)
    report = next(training)
    read = {name for name in CRITERIA if name != "round_trip"}
    assert {f"{name}_usps_to_mnist" for name in (*read, "val_accuracy", "permuted_share")} <= set(report.metrics)
    assert {"target_accuracy", *read} <= set(report.metrics)
    assert not {"round_trip", "round_trip_usps_to_mnist", "latent_probe"} & set(report.metrics)
    _, logits = report.evaluated.label(to_unit_range(few.validation.b.images), 1)  # type: ignore[operator]
    labels = few.validation.b.labels
    right = float((logits.argmax(1) == labels).double().mean())
    assert report.metrics["val_accuracy_usps_to_mnist"] == pytest.approx(right, abs=0.03)
    probabilities = logits.detach().double().softmax(1)
    assert report.metrics["neg_entropy_usps_to_mnist"] == pytest.approx(neg_entropy(probabilities), abs=0.01)
    training.save(tmp_path)
    assert set(np.load(tmp_path / "samples.npz")) == {"confusion_mnist_to_usps", "confusion_usps_to_mnist"}


def test_only_the_searched_direction_is_trained_if_a_method_trains_each_separately(few: Prepared) -> None:
    config = TrialConfig.parse({"method": "cogan", "width": 1 / 64, "batch_size": 8, "steps": 1}, "")
    report = next(EvaluatedTraining(config, few, "usps_to_mnist", CPU))
    assert not [name for name in report.metrics if name.endswith("mnist_to_usps")]
    assert "target_accuracy" in report.metrics


def test_plain_resizing_as_a_method_is_the_baseline(few: Prepared) -> None:
    report = next(EvaluatedTraining(TrialConfig.parse({"method": "no_translation"}, ""), few, "both", CPU))
    accuracies = {name: value for name, value in report.metrics.items() if name.startswith("val_accuracy_")}
    assert accuracies == {name: few.baseline[name] for name in accuracies}
    assert len(accuracies) == 2

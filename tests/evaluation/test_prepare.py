import pickle
from pathlib import Path

import pytest
import torch

import lstnet_search.evaluation
from lstnet_search.config import TrialConfig
from lstnet_search.domains import load
from lstnet_search.errors import InputError
from lstnet_search.evaluation import ClassifierSettings, Prepared, default_cache_dir, prepare
from lstnet_search.models import ImageShape

CPU = torch.device("cpu")
BUNDLED = TrialConfig(data="bundled")
NOWHERE = Path("nowhere")


def test_a_tenth_of_each_training_set_is_kept_for_validation(prepared: Prepared) -> None:
    assert len(prepared.train.a) + len(prepared.validation.a) == 10_000
    assert len(prepared.train.b) + len(prepared.validation.b) == 7291
    assert len(prepared.validation.a) == pytest.approx(1000, abs=5)
    assert len(prepared.validation.b) == pytest.approx(729, abs=5)


def test_what_trials_ask_for_is_there(prepared: Prepared) -> None:
    assert prepared.directions == ("mnist_to_usps", "usps_to_mnist")
    assert prepared.shapes == (ImageShape(1, 28), ImageShape(1, 16))
    assert prepared.classes == 10


def test_classifiers_are_of_the_domains_in_order_and_have_learnt(prepared: Prepared) -> None:
    for classifier, domain in zip(prepared.classifiers, prepared.validation, strict=True):
        assert classifier(torch.zeros(1, 1, domain.side, domain.side)).shape == (1, 10)
    assert all(accuracy > 0.9 for accuracy in prepared.classifier_accuracy)


def test_the_fingerprint_is_of_both_training_sets(prepared: Prepared) -> None:
    whole = [load(name, "bundled", NOWHERE, "train").fingerprint for name in ("mnist", "usps")]
    assert prepared.fingerprint == "-".join(whole)


def test_progress_names_domains_and_accuracies(prepared: Prepared, progress: list[str]) -> None:
    assert progress[0] == "reading mnist and usps (bundled)"
    assert progress[-1].startswith("classifier of usps: labels 9")


def test_the_second_time_nothing_is_trained_and_all_is_the_same(
    prepared: Prepared, bundled_cache: Path, brief: ClassifierSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*args: object) -> None:
        raise AssertionError("trained again")

    monkeypatch.setattr("lstnet_search.evaluation.classifier_cache.train_classifier", refuse)
    again = prepare(BUNDLED, NOWHERE, CPU, bundled_cache, settings=brief)
    assert again.baseline == prepared.baseline
    assert again.classifier_accuracy == prepared.classifier_accuracy
    assert again.fingerprint == prepared.fingerprint


def test_classifiers_go_to_the_default_folder_unless_told_otherwise(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    prepare(BUNDLED, NOWHERE, CPU, settings=ClassifierSettings(epochs=0, min_steps=2, batch_size=4))
    assert len(list(default_cache_dir().iterdir())) == 2


def test_a_copy_elsewhere_leaves_the_original_in_place(prepared: Prepared) -> None:
    copy = prepared.to(torch.device("meta"))
    assert copy.train.a.images.device.type == "meta"
    assert next(copy.classifiers[1].parameters()).device.type == "meta"
    assert next(prepared.classifiers[1].parameters()).device.type == "cpu"
    assert copy.baseline == prepared.baseline


def test_it_survives_being_sent_to_another_process(prepared: Prepared) -> None:
    received = pickle.loads(pickle.dumps(prepared))
    images = torch.rand(4, 1, 28, 28)
    assert torch.equal(received.classifiers[0](images), prepared.classifiers[0](images))
    assert torch.equal(received.train.b.images, prepared.train.b.images)


def test_missing_data_are_the_users_to_mend(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="svhn is not bundled; leave --bundled out"):
        prepare(TrialConfig(data="bundled", domains=("svhn", "usps")), NOWHERE, CPU, tmp_path)


def test_all_that_is_exported_exists() -> None:
    assert all(hasattr(lstnet_search.evaluation, name) for name in lstnet_search.evaluation.__all__)

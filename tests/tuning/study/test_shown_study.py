"""What optuna-dashboard shows of a study: read from what the search has stored, and nothing written."""

import json
from pathlib import Path
from typing import Any
from wsgiref.util import setup_testing_defaults

import numpy as np
import pytest
from optuna.trial import TrialState
from optuna_dashboard import wsgi
from small_studies import study as small_study
from small_studies import trial

from lstnet_search.config import TrialConfig
from lstnet_search.evaluation.samples import write_samples
from lstnet_search.results.folder.folder import ResultsFolder
from lstnet_search.results.study.records import ReportRecord
from lstnet_search.tuning.ray_patches.optuna_trials import id_of
from lstnet_search.tuning.study.shown_study import Pictures, ShownStudy
from lstnet_search.tuning.study.study import Study

TARGET = "target_accuracy"


@pytest.fixture
def folder(tmp_path: Path) -> ResultsFolder:
    """Trial 2 repeats trial 1, which leads; trial 3 runs. Trial 1 has samples."""
    records = [trial(0, [(0.1, 0.6)]), trial(1, [(0.2, 0.9)], w1=7.0)]
    ranges = {"w1": {"type": "loguniform", "low": 1, "high": 1000}}
    folder = small_study(tmp_path, records, {"ranges": ranges}, trials=4).folder
    study = Study(folder.study_file)
    for number, (accuracies, repeat_of) in enumerate([((0.6,), None), ((0.8, 0.9, 0.7), None), ((0.88,), 1)]):
        asked = study.study.ask()
        study.record_settings(asked, TrialConfig(seed=number).model_dump(mode="json"), f"ray{number}")
        for step, accuracy in enumerate(accuracies, start=1):
            directions = {"val_accuracy_mnist_to_usps": accuracy - 0.05, "val_accuracy_usps_to_mnist": accuracy + 0.05}
            study.record_report(id_of(asked), ReportRecord(step, 1.0, directions | {TARGET: accuracy}), TARGET)
        attributes = {} if repeat_of is None else {"repeat_of": repeat_of}
        study.finish(id_of(asked), TrialState.COMPLETE, [max(accuracies)], attributes)
    study.study.ask()
    arrays: dict[str, np.ndarray] = {}
    for letter, side, other in (("a", 28, 16), ("b", 16, 28)):
        arrays |= {f"{name}_{letter}": np.zeros((2, 1, side, side), np.uint8) for name in ("images", "round_trip")}
        arrays[f"translated_{letter}"] = np.zeros((2, 1, other, other), np.uint8)
        arrays |= {f"{name}_{letter}": np.arange(2) for name in ("labels", "predicted", "latent_labels")}
        arrays[f"latents_{letter}"] = np.zeros((2, 49), np.float16)
    write_samples(folder.samples / "1.npz", arrays)
    folder.translations_file.write_bytes(b"the winner's picture")
    return folder


def body(folder: ResultsFolder, path: str) -> bytes:
    environment: dict[str, Any] = {"REQUEST_METHOD": "GET", "PATH_INFO": path}
    setup_testing_defaults(environment)
    status = []
    answered = wsgi(ShownStudy(folder), Pictures(folder))(environment, lambda line, *more: status.append(line))
    assert status[0].startswith("200"), status
    return b"".join(answered)


def detail(folder: ResultsFolder) -> Any:
    return json.loads(body(folder, "/api/studies/0"))


def attributes(trial: dict[str, Any]) -> dict[str, str]:
    return {each["key"]: each["value"] for each in trial["user_attrs"]}


def test_trials_have_both_accuracies_at_their_best_report_their_configuration_and_its_seeds(
    folder: ResultsFolder,
) -> None:
    first, second, repeat, running = map(attributes, detail(folder)["trials"])
    assert (second["mnist → usps, %"], second["usps → mnist, %"]) == ("85.0", "95.0")
    assert [each["configuration"] for each in (first, second, repeat)] == ["0", "1", "1"]
    assert [each["seeds of its configuration"] for each in (first, second, repeat)] == ["1", "2", "2"]
    assert second["seed"] == "1"
    assert "mnist → usps, %" not in running


def test_the_objective_has_a_name_and_the_best_trial_is_shown_like_the_others(folder: ResultsFolder) -> None:
    found = detail(folder)
    assert found["objective_names"] == ["accuracy"]
    assert attributes(found["best_trials"][0])["usps → mnist, %"] == "95.0"


def test_the_note_is_the_verdict_and_follows_the_tables(folder: ResultsFolder) -> None:
    note = detail(folder)["note"]["body"]
    assert note.startswith("**no difference shown between 2 configurations")
    assert "- best, trial 1: 90.00 %\n- paper's weights, trial 0: 60.00 %\n- no translation: 62.50 %" in note
    assert f"lstnet-search confirm {folder.path}`" in note
    folder.write_tables([trial(0, [(0.1, 0.6)])], TARGET)
    assert detail(folder)["note"]["body"].startswith("**only trial 0 has a score")


def test_a_damaged_table_is_said_in_the_note(folder: ResultsFolder) -> None:
    folder.trials_file.write_bytes(b"damaged")
    assert detail(folder)["note"]["body"].startswith("The tables cannot be read: cannot read")


def test_pictures_are_artifacts_of_the_study_and_of_trials_with_samples(folder: ResultsFolder) -> None:
    found = detail(folder)
    assert [each["filename"] for each in found["artifacts"]] == ["translations.png"]
    assert [len(each["artifacts"]) for each in found["trials"]] == [0, 1, 0, 0]
    assert body(folder, "/artifacts/0/a") == b"the winner's picture"
    assert body(folder, "/artifacts/0/1/1").startswith(b"\x89PNG")


def test_showing_a_study_writes_nothing(folder: ResultsFolder) -> None:
    before = {path: path.read_bytes() for path in folder.path.rglob("*") if path.is_file()}
    detail(folder)
    body(folder, "/artifacts/0/1/1")
    assert {path: path.read_bytes() for path in folder.path.rglob("*") if path.is_file()} == before
    with pytest.raises(PermissionError, match="opened for reading only"):
        Pictures(folder).remove("1")


@pytest.mark.parametrize(
    ("more", "names"),
    [
        ({"direction": "pareto"}, ["mnist → usps", "usps → mnist"]),
        ({"direction": "usps_to_mnist"}, ["usps → mnist"]),
        ({"select_by": "infomax"}, ["infomax"]),
    ],
)
def test_objectives_are_named_after_what_is_searched(tmp_path: Path, more: dict[str, str], names: list[str]) -> None:
    folder = small_study(tmp_path, [], **more).folder
    Study(folder.study_file)
    assert detail(folder)["objective_names"] == names

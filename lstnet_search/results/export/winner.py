"""The best trial as files that others can use: its settings, its networks, its pictures."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
import yaml

from lstnet_search.config import TrialConfig
from lstnet_search.errors import InputError
from lstnet_search.evaluation import Prepared, round_trip_accuracy
from lstnet_search.evaluation.samples import SAMPLES_FILE, read_samples
from lstnet_search.io.atomic import whole_folder, write_whole
from lstnet_search.io.yaml import read_yaml
from lstnet_search.methods.registry import translates
from lstnet_search.models import Translator
from lstnet_search.results.export.model import TrainedModel, trained_network, write_model
from lstnet_search.results.export.pictures import draw_translations
from lstnet_search.results.folder.folder import ResultsFolder, metric_of
from lstnet_search.results.formatting import percent
from lstnet_search.results.study.records import ReportRecord
from lstnet_search.training import evaluated_state, read_state

CONFIRMED = "confirmed"
"""What remarks on a confirmation begin with."""


def write_config(path: Path, config: TrialConfig, remarks: list[str]) -> None:
    """Write complete settings, as `train --config` takes them, under remarks for people."""
    comments = "".join(f"# {remark}\n" for remark in remarks)
    settings = config.model_dump(mode="json")
    write_whole(path, comments + yaml.safe_dump(settings, sort_keys=False))


def remarks_of(path: Path) -> list[str]:
    """The remarks that `write_config` wrote."""
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    return [line.removeprefix("# ") for line in lines if line.startswith("# ")]


def add_confirmation(folder: ResultsFolder, winner: TrialConfig, remarks: list[str]) -> None:
    """Write what was confirmed of the winner into its `best_config.yaml`, in place of what was confirmed before.

    A file with other settings, of a search that has gone on since, stays as it is, and so does a missing one.
    """
    path = folder.best_config_file
    if _has(path, winner):
        kept = [remark for remark in remarks_of(path) if not remark.startswith(CONFIRMED)]
        write_config(path, winner, [*kept, *remarks])


def _has(path: Path, config: TrialConfig) -> bool:
    return path.is_file() and _read_config(path) == config


def _read_config(path: Path) -> TrialConfig:
    return TrialConfig.parse(read_yaml(path, "config file", "FOLDER"), str(path))


def write_winner(
    config: TrialConfig,
    report: ReportRecord,
    checkpoint: Path,
    prepared: Prepared,
    *,
    config_file: Path,
    model: Path,
    pictures: Path,
    remarks: list[str],
) -> dict[str, float]:
    """Write a training's settings, the networks of one of its checkpoints, and pictures of what they do.

    Args:
        config: of the training.
        report: what the checkpoint's network reached.
        checkpoint: with samples.
        prepared: what the training shared with others, on any device.
        config_file: to write.
        model: to write, without an ending.
        pictures: to write.
        remarks: on where the training comes from.

    Returns:
        Shares of validation images whose round trip is labelled right, by metric name, of labelled domains; none
        of a method that makes no images, of which no pictures are drawn either.
    """
    prepared = prepared.to(torch.device("cpu"))
    state, _ = read_state(checkpoint)
    network = trained_network(config, prepared.shapes, prepared.classes, evaluated_state(state))
    round_trips = (
        round_trip_accuracy(network, prepared.validation, prepared.classifiers)
        if isinstance(network, Translator)
        else {}
    )
    metrics = {**report.metrics, **round_trips}
    about: dict[str, Any] = {
        "remarks": remarks,
        "step": report.step,
        "data_fingerprint": prepared.fingerprint,
        "validation_metrics": metrics,
        "no_translation_baseline": prepared.baseline,
    }
    if prepared.train.a.class_names is not None:
        about["classes"] = list(prepared.train.a.class_names)
    trained = TrainedModel(config, prepared.shapes, prepared.classes, network, prepared.classifiers, about)
    write_model(model, trained)
    known = remarks_of(config_file) if _has(config_file, config) else []
    confirmed = [remark for remark in known if remark.startswith(CONFIRMED)]
    write_config(config_file, config, [*remarks, *_accuracies(metrics, prepared.baseline), *confirmed])
    if isinstance(network, Translator):
        names = prepared.validation.a.name, prepared.validation.b.name
        draw_translations(pictures, read_samples(checkpoint / SAMPLES_FILE), names, f"{remarks[0]}, step {report.step}")
    return round_trips


def _accuracies(metrics: Mapping[str, float], baseline: Mapping[str, float]) -> list[str]:
    return [
        f"{name}: {percent(value)}" + (f" (no translation: {percent(baseline[name])})" if name in baseline else "")
        for name, value in metrics.items()
        if "accuracy" in name and not name.startswith("discriminator")
    ]


def export(folder: ResultsFolder, target: Path) -> None:
    """Copy a search's winner, with a README that says where it comes from, into a new folder.

    Raises:
        InputError: if the target exists, the search has no winner yet, or a file of it is a link out of the folder.
    """
    if target.exists():
        raise InputError(f"{target} exists already; choose another --to")
    search = folder.read_search()
    files = [
        folder.best_config_file,
        folder.best_model.with_suffix(".safetensors"),
        folder.best_model.with_suffix(".json"),
    ]
    for file in (*files, folder.translations_file):
        folder.refuse_link(file)
    if not folder.best_config_file.is_file() or translates(_read_config(folder.best_config_file)):
        files.append(folder.translations_file)
    missing = [file.name for file in files if not file.is_file()]
    if missing:
        raise InputError(
            f"{folder.path} has no {', '.join(missing)} yet; wait for a trial's first report, then export again"
        )
    remarks = remarks_of(folder.best_config_file)
    readme = _readme(search, remarks, folder.translations_file in files)
    target.parent.mkdir(parents=True, exist_ok=True)
    with whole_folder(target) as made:
        for file in files:
            write_whole(made / file.name, file.read_bytes())
        write_whole(made / "README.md", readme)


def _readme(search: Mapping[str, Any], remarks: list[str], translates_images: bool) -> str:
    versions = search["versions"]
    return "\n".join(
        [
            "# A model of LSTNet Search",
            "",
            *(f"- {remark}" for remark in remarks),
            f"- found by: `{search['command']}`",
            f"- data fingerprint: {search['data_fingerprint']}",
            f"- commit: {search['git_commit'] or 'unknown'}",
            f"- versions: {', '.join(f'{name} {number}' for name, number in versions.items())}",
            "",
            f"The model was chosen by its {metric_of(search)} on the validation part, of which the accuracies above",
            "are too where nothing else is said, oracle scores: expect a little less on new images.",
            "",
            "| file | what |",
            "|---|---|",
            "| `best_config.yaml` | complete settings: `python -m lstnet_search train --config best_config.yaml` |",
            "| `best_model.safetensors`, `best_model.json` | networks, classifiers, and what builds them |",
            *(["| `translations.png` | what they do to images |"] if translates_images else []),
            "",
            "Images of yours are labelled by `python -m lstnet_search predict --model . --input FOLDER --output",
            f"predictions.parquet`{', and translated by `translate`' if translates_images else ''}.",
            "",
        ]
    )

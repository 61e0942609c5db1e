"""Writes the best trial as files that others can use: its settings, networks and pictures."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

import torch
import yaml

from lstnet_search.config import TrialConfig
from lstnet_search.config.metrics import accuracy_name, read_name
from lstnet_search.errors import InputError
from lstnet_search.evaluation import Prepared, TranslatesImages, reader_accuracies, round_trip_accuracy
from lstnet_search.evaluation.samples import SAMPLES_FILE, read_samples
from lstnet_search.io.atomic import whole_folder, write_whole
from lstnet_search.io.yaml import read_yaml
from lstnet_search.methods.registry import translates
from lstnet_search.models import Translator
from lstnet_search.models.classifier import Classifiers
from lstnet_search.results.export.model import TrainedModel, trained_network, write_model
from lstnet_search.results.export.pictures import draw_translations
from lstnet_search.results.folder.folder import ResultsFolder
from lstnet_search.results.folder.search_record import SearchRecord
from lstnet_search.results.formatting import percent
from lstnet_search.results.study.records import ReportRecord
from lstnet_search.training import evaluated_state, read_state

CONFIRMED = "confirmed"
"""Remarks on a confirmation begin with this word."""


def write_config(path: Path, config: TrialConfig, remarks: list[str]) -> None:
    """Write complete settings for `train --config`, with remarks as comments at the top."""
    comments = "".join(f"# {remark}\n" for remark in remarks)
    settings = config.model_dump(mode="json")
    write_whole(path, comments + yaml.safe_dump(settings, sort_keys=False))


def read_remarks(path: Path) -> list[str]:
    """Read the remarks that `write_config` wrote."""
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    return [line.removeprefix("# ") for line in lines if line.startswith("# ")]


def add_confirmation(folder: ResultsFolder, winner: TrialConfig, remarks: list[str]) -> None:
    """Write remarks on the winner's confirmation into `best_config.yaml`, in place of earlier ones.

    If the file is missing or has other settings, because the search has continued since, nothing is written. The seed
    may be another one: a confirmation is of a configuration.
    """
    path = folder.best_config_file
    if _has_configuration(path, winner):
        others = [remark for remark in read_remarks(path) if not remark.startswith(CONFIRMED)]
        write_config(path, _read_config(path), [*others, *remarks])


def _has_configuration(path: Path, config: TrialConfig) -> bool:
    """Whether a file has these settings, whatever the seed."""
    return path.is_file() and _read_config(path).model_copy(update={"seed": config.seed}) == config


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
    pictures: Path | None,
    remarks: list[str],
    adapted: Classifiers = (None, None),
) -> dict[str, float]:
    """Write a training's settings, the networks of one of its checkpoints, and pictures of their translations.

    Args:
        config: Settings of the training.
        report: The report that belongs to the checkpoint.
        checkpoint: Folder of the checkpoint, with samples.
        prepared: Data and classifiers of the training, on any device.
        config_file: File to write the settings to.
        model: File to write the networks to, without an ending.
        pictures: File to write the pictures to; None if they are drawn already.
        remarks: Where the training comes from, as comments for users.
        adapted: The network's adapted classifiers, on the CPU; they go into the model.

    Returns:
        Validation accuracies that the report does not have, by metric name: of round trips, and by readers with
        adapted classifiers. A method that does not translate images gets no pictures.
    """
    prepared = prepared.to(torch.device("cpu"))
    state, _ = read_state(checkpoint)
    network = trained_network(config, prepared.shapes, prepared.classes, evaluated_state(state))
    measured: dict[str, float] = {}
    if isinstance(network, Translator):
        measured = round_trip_accuracy(network, prepared.validation, prepared.classifiers)
    if any(adapted):
        reading = cast(TranslatesImages, network)
        by_reader = reader_accuracies(reading, prepared.validation, prepared.classifiers, adapted)
        measured |= {
            read_name(reader, accuracy_name(direction)): value
            for reader in ("adapted", "both")
            for direction, value in by_reader.get(reader, {}).items()
        }
    metrics = {**report.metrics, **measured}
    about: dict[str, Any] = {
        "remarks": remarks,
        "step": report.step,
        "data_fingerprint": prepared.fingerprint,
        "validation_metrics": metrics,
        "no_translation_baseline": prepared.baseline,
    }
    if prepared.train.a.class_names is not None:
        about["classes"] = list(prepared.train.a.class_names)
    if any(domain.read_as is not None for domain in prepared.train):
        about["images"] = [None if each.read_as is None else each.read_as.as_dict() for each in prepared.train]
    trained = TrainedModel(config, prepared.shapes, prepared.classes, network, prepared.classifiers, about, adapted)
    write_model(model, trained)
    earlier = read_remarks(config_file) if _has_configuration(config_file, config) else []
    confirmed = [remark for remark in earlier if remark.startswith(CONFIRMED)]
    write_config(config_file, config, [*remarks, *_accuracies(metrics, prepared.baseline), *confirmed])
    if pictures is not None and isinstance(network, Translator):
        names = prepared.validation.a.name, prepared.validation.b.name
        draw_translations(pictures, read_samples(checkpoint / SAMPLES_FILE), names, f"{remarks[0]}, step {report.step}")
    return measured


def _accuracies(metrics: Mapping[str, float], baseline: Mapping[str, float]) -> list[str]:
    return [
        f"{name}: {percent(value)}" + (f" (no translation: {percent(baseline[name])})" if name in baseline else "")
        for name, value in metrics.items()
        if "accuracy" in name and not name.startswith("discriminator")
    ]


def export(folder: ResultsFolder, target: Path) -> None:
    """Copy a search's winner into a new folder, with a README that says where it comes from.

    Raises:
        InputError: if the target exists, the search has no winner yet, or one of its files is a link that leads out of
            the folder.
    """
    if target.exists():
        raise InputError(f"{target} exists already; choose another --to")
    record = folder.read_search()
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
    remarks = read_remarks(folder.best_config_file)
    readme = _readme(record, remarks, folder.translations_file in files)
    target.parent.mkdir(parents=True, exist_ok=True)
    with whole_folder(target) as made:
        for file in files:
            write_whole(made / file.name, file.read_bytes())
        write_whole(made / "README.md", readme)


def _readme(record: SearchRecord, remarks: list[str], translates_images: bool) -> str:
    return "\n".join(
        [
            "# A model of LSTNet Search",
            "",
            *(f"- {remark}" for remark in remarks),
            f"- found by: `{record.command or 'unknown'}`",
            f"- data fingerprint: {record.data_fingerprint}",
            f"- commit: {record.git_commit or 'unknown'}",
            f"- versions: {', '.join(f'{name} {number}' for name, number in record.versions.items())}",
            "",
            f"The model was chosen by its {record.search.metric} on validation images. Accuracies above are from the",
            "same images unless they say otherwise, so expect a little less on new images.",
            "",
            "| file | what |",
            "|---|---|",
            "| `best_config.yaml` | complete settings, for `python -m lstnet_search train --config best_config.yaml` |",
            "| `best_model.safetensors`, `best_model.json` | networks, classifiers, and how to build them |",
            *(["| `translations.png` | their translations of images |"] if translates_images else []),
            "",
            "To label your images: `python -m lstnet_search predict --model . --input FOLDER --output",
            f"predictions.parquet`.{' To translate them: `translate`.' if translates_images else ''}",
            "",
        ]
    )

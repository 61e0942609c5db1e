"""`train`: one model, without Ray."""

from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, cast

import torch
import typer
from rich.console import Console

from lstnet_search.cli import options
from lstnet_search.config import TrialConfig
from lstnet_search.config.metrics import TARGET, accuracy_name, tested_name
from lstnet_search.config.presets import METHOD_PRESETS, MethodName, PresetName
from lstnet_search.domains import load_pair
from lstnet_search.errors import InputError
from lstnet_search.evaluation import (
    EvaluatedTraining,
    Prepared,
    Resizing,
    TranslatesImages,
    default_cache_dir,
    prepare,
    translation_accuracy,
)
from lstnet_search.io.atomic import write_whole
from lstnet_search.io.yaml import read_yaml
from lstnet_search.methods.labeller import Labeller
from lstnet_search.results.confirmation.test_log import log_opening, ordinal
from lstnet_search.results.export.winner import write_winner
from lstnet_search.results.folder.folder import ResultsFolder
from lstnet_search.results.formatting import percent, weights, weights_heading
from lstnet_search.results.study.records import ReportRecord, TrialRecord, history_table
from lstnet_search.training import DivergedError, autocast


def train(
    config: Annotated[Path | None, typer.Option(help="Settings, such as a search's best_config.yaml.")] = None,
    method: options.MethodOption = None,
    preset: options.PresetOption = None,
    steps: options.StepsOption = None,
    seed: options.SeedOption = None,
    domains: options.DomainsOption = None,
    skip_bad: options.SkipBadOption = False,
    data_dir: options.DataDirOption = None,
    bundled: options.BundledOption = False,
    output: Annotated[Path | None, typer.Option(help="Folder to make; default: results/train-YYYYMMDD-HHMMSS.")] = None,
    test: Annotated[bool, typer.Option("--test", help="Open the test sets at the end, for the last state.")] = False,
) -> int:
    """Train one model, printing a line a report; its last state is written."""
    for option, given in (("--preset", preset), ("--method", method)):
        if config is not None and given is not None:
            raise InputError(f"--config and {option} exclude each other; give one of them")
    asked = options.domain_settings(domains, skip_bad)
    settings = _settings(config, method or "lstnet", preset, asked, data_dir, bundled)
    changes = {"steps": steps, "seed": seed}
    settings = settings.override({name: value for name, value in changes.items() if value is not None}, "the options")
    output = output or Path("results") / f"train-{datetime.now():%Y%m%d-%H%M%S}"
    if output.exists():
        raise InputError(f"{output} exists already; choose another --output")
    searched = ResultsFolder(config.parent) if config is not None and _is_results(config.parent) else None
    return _train(settings, data_dir or options.DEFAULT_DATA_DIR, output, options.console(), test, searched)


def _settings(
    config: Path | None,
    method: MethodName,
    preset: PresetName | None,
    asked: dict[str, Any],
    data_dir: Path | None,
    bundled: bool,
) -> TrialConfig:
    if config is None:
        settings = METHOD_PRESETS[method][preset or options.default_preset()].trial.override(asked, "the options")
        otherwise = options.default_data(settings.domains, settings.data)
    else:
        settings = TrialConfig.parse(read_yaml(config, "config file", "--config"), str(config))
        settings = settings.override(asked, "the options")
        otherwise = options.default_data(settings.domains, settings.data) if "domains" in asked else settings.data
    return settings.override(options.data_settings(data_dir, bundled, otherwise), "the options")


def _is_results(folder: Path) -> bool:
    return ResultsFolder(folder).search_file.is_file()


def _train(
    settings: TrialConfig, data_dir: Path, output: Path, console: Console, test: bool, searched: ResultsFolder | None
) -> int:
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    prepared = prepare(settings, data_dir, device, default_cache_dir(), console.print)
    training = EvaluatedTraining(settings, prepared.to(device), "both", device)
    console.print(f"weights {weights(settings.weights)} ({weights_heading(settings.method)})", highlight=False)
    for change in settings.schedule:
        console.print(
            f"weights {weights(settings.weights_after(change.step))} after step {change.step}", highlight=False
        )
    reports: list[ReportRecord] = []
    try:
        for report in training:
            reports.append(ReportRecord(report.step, report.seconds, report.metrics))
            accuracies = "  ".join(
                f"{name} {percent(report.metrics.get(accuracy_name(name)))}" for name in prepared.directions
            )
            console.print(
                f"step {report.step}/{settings.steps}  {accuracies}  mean {percent(report.metrics.get(TARGET))}"
                + "".join(f"  ALARM: {alarm}" for alarm in training.alarms),
                highlight=False,
            )
    except DivergedError as error:
        console.print(f"failed: {error}", markup=False, highlight=False)
        return 1
    last = training.last
    assert last is not None
    checkpoint = output / "checkpoint"
    checkpoint.mkdir(parents=True)
    training.save(checkpoint)
    record = TrialRecord(number=0, state="COMPLETE", settings={}, reports=reports)
    write_whole(output / "history.parquet", history_table([record]).to_parquet(index=False))
    remarks = ["last state of one training"]
    if test:
        network = cast(TranslatesImages | Labeller, last.evaluated)
        remarks += _test(settings, data_dir, network, prepared.to(device), console, searched)
    write_winner(
        settings,
        reports[-1],
        checkpoint,
        prepared,
        config_file=output / "config.yaml",
        model=output / "model",
        pictures=output / "translations.png",
        remarks=remarks,
    )
    console.print(f"results: {output}", markup=False, highlight=False)
    return 0


def _test(
    settings: TrialConfig,
    data_dir: Path,
    network: TranslatesImages | Labeller,
    prepared: Prepared,
    console: Console,
    searched: ResultsFolder | None,
) -> list[str]:
    """Open the test sets for a last state, in which nothing was chosen, and say how it does.

    Where the settings came from a results folder, that is noted in its log.
    """
    opening = ""
    if searched is not None:
        opening = f", the {ordinal(log_opening(searched, options.command_line()))} time for this study"
    console.print(f"the test sets are opened{opening}", highlight=False)
    pair = load_pair(settings.domains, settings.data, data_dir, "test", skip_bad=settings.skip_bad)
    pair = pair.to(prepared.train.a.images.device)
    with autocast(settings.precision, pair.a.images.device)():
        accuracies = translation_accuracy(network, pair, prepared.classifiers)
    plain = translation_accuracy(Resizing(pair), pair, prepared.classifiers)
    lines = [
        f"{tested_name(name)}: {percent(value)} (no translation: {percent(plain[name])})"
        for name, value in accuracies.items()
    ]
    for line in lines:
        console.print(line, highlight=False)
    return lines

"""The single training of `train`, without Ray: it prints reports and writes the model."""

import shutil
from collections.abc import Mapping
from copy import deepcopy
from pathlib import Path
from statistics import fmean
from typing import cast

import torch
from rich.console import Console

from lstnet_search.cli.options.common import exists_already
from lstnet_search.cli.options.resources import command_line
from lstnet_search.config import TrialConfig
from lstnet_search.config.metrics import accuracy_name, read_name, tested_name
from lstnet_search.domains import load_pair
from lstnet_search.evaluation import (
    ClassifierSettings,
    EvaluatedTraining,
    Resizing,
    TranslatesImages,
    adapt,
    prepare,
    reader_accuracies,
)
from lstnet_search.io.atomic import write_whole
from lstnet_search.io.cache_dir import default_cache_dir
from lstnet_search.methods.labeller import Labeller
from lstnet_search.models.classifier import Classifiers, copied_to
from lstnet_search.results.confirmation.test_log import log_opening, ordinal
from lstnet_search.results.export.model import TrainedModel, read_model
from lstnet_search.results.export.winner import write_winner
from lstnet_search.results.folder.folder import ResultsFolder
from lstnet_search.results.formatting import percent, weights, weights_heading
from lstnet_search.results.study.records import ReportRecord, TrialRecord, history_table
from lstnet_search.training import DivergedError, autocast


def best_model(folder: Path, settings: TrialConfig) -> TrainedModel | None:
    """The best model of a search, from its results folder or an export; None unless it has exactly these settings.

    Raises:
        InputError: if there is a model that cannot be read.
    """
    path = ResultsFolder(folder).best_model
    if not path.with_suffix(".json").is_file():
        return None
    model = read_model(path)
    return model if model.config == settings and model.about.get("step") in settings.report_steps else None


class SingleTraining:
    """One run of `train`: it trains, prints a line per report, and writes the model."""

    def __init__(self, settings: TrialConfig, data_dir: Path, console: Console, best: TrainedModel | None) -> None:
        """Read the data and prepare the classifiers.

        Args:
            settings: settings of the training.
            data_dir: folder of the full data sets.
            console: the console to print to.
            best: the best model of a search with the same settings, to be trained again; None to train without one.
        """
        self._settings = settings
        self._data_dir = data_dir
        self._console = console
        self._best = best
        self._device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        self._prepared = prepare(settings, data_dir, self._device, default_cache_dir("classifiers"), self._say)
        if best is not None and best.about.get("data_fingerprint") not in (None, self._prepared.fingerprint):
            self._say("warning: these are not the images of the search, so its figures do not compare")

    def run(self, output: Path, test: bool, searched: ResultsFolder | None) -> int:
        """Train, and write the model and its files.

        Args:
            output: folder to make.
            test: whether to open the test sets.
            searched: the results folder that the settings come from, if any. Opening the test sets is logged there.

        Returns:
            The exit code.
        """
        settings = self._settings
        training = EvaluatedTraining(settings, self._prepared, self._direction(), self._device)
        self._say(f"weights {weights(settings.weights)} ({weights_heading(settings.method)})")
        for change in settings.schedule:
            self._say(f"weights {weights(settings.weights_after(change.step))} after step {change.step}")
        model_step = settings.steps if self._best is None else self._best.about["step"]
        checkpoint = output / "checkpoint"
        reports: list[ReportRecord] = []
        try:
            output.mkdir(parents=True)  # so that no other training takes it
        except FileExistsError:
            raise exists_already(output) from None
        try:
            for report in training:
                record = ReportRecord(report.step, report.seconds, report.metrics)
                reports.append(record)
                alarms = "".join(f"  ALARM: {alarm}" for alarm in training.alarms)
                self._say(f"step {report.step}/{settings.steps}  {self._accuracies(report.metrics)}{alarms}")
                if report.step == model_step:
                    checkpoint.mkdir()
                    training.save(checkpoint)
                    chosen, network = record, cast(TranslatesImages | Labeller, deepcopy(report.evaluated))
            trial = TrialRecord(number=0, state="COMPLETE", settings={}, reports=reports)
            write_whole(output / "history.parquet", history_table([trial]).to_parquet(index=False))
            remarks = self._remarks(chosen, reports[-1])
            adapted = self._adapt(network)
            if test:
                remarks += self._test(network, adapted, searched)
            write_winner(
                settings,
                chosen,
                checkpoint,
                self._prepared,
                config_file=output / "config.yaml",
                model=output / "model",
                pictures=output / "translations.png",
                remarks=remarks,
                adapted=copied_to(adapted, torch.device("cpu")),
            )
        except BaseException as error:  # also an interruption: the same command must work afterwards
            shutil.rmtree(output, ignore_errors=True)
            if not isinstance(error, DivergedError):
                raise
            self._say(f"failed: {error}")
            return 1
        self._say(f"results: {output}")
        return 0

    def _direction(self) -> str:
        """The direction to train: the searched one if the search's model has only that one, else both.

        A method that trains directions separately draws different random numbers when it trains both.
        """
        if self._best is not None and isinstance(self._best.network, Labeller) and len(self._best.network.sources) == 1:
            return self._prepared.directions[self._best.network.sources[0]]
        return "both"

    def _remarks(self, chosen: ReportRecord, last: ReportRecord) -> list[str]:
        """The training step of the model, and how it compares with the search's model and with the last step."""
        if self._best is None:
            return ["last state of one training"]
        searched: dict[str, float] = self._best.about.get("validation_metrics", {})
        remarks = [
            f"{(self._best.about.get('remarks') or ['best model of a search'])[0]}, trained again",
            f"state after step {chosen.step}, the best step in the search: {self._accuracies(chosen.metrics)}",
            f"the search's model after step {chosen.step}: {self._accuracies(searched)}",
            f"last state, after step {last.step}: {self._accuracies(last.metrics)}",
        ]
        for remark in remarks[1:]:
            self._say(remark)
        return remarks

    def _accuracies(self, metrics: Mapping[str, float]) -> str:
        values = {name: metrics.get(accuracy_name(name)) for name in self._prepared.directions}
        measured = [value for value in values.values() if value is not None]
        values["mean"] = fmean(measured) if measured else None
        return "  ".join(f"{name} {percent(value)}" for name, value in values.items())

    def _adapt(self, network: TranslatesImages | Labeller) -> Classifiers:
        if isinstance(network, Labeller):
            return None, None
        self._say("adapted classifiers: read from the cache, or trained now")
        settings, cache = self._settings, default_cache_dir("classifiers")
        recipe, context = ClassifierSettings.of(settings), autocast(settings.precision, self._device)
        return adapt(network, self._prepared.train, recipe, settings.seed, cache, context)

    def _test(
        self, network: TranslatesImages | Labeller, adapted: Classifiers, searched: ResultsFolder | None
    ) -> list[str]:
        """Print and return the model's accuracies on the test sets. Nothing was selected with them."""
        settings, classifiers = self._settings, self._prepared.classifiers
        opening = ""
        if searched is not None:
            opening = f", the {ordinal(log_opening(searched, command_line()))} time for this study"
        self._say(f"the test sets are opened{opening}")
        pair = load_pair(settings.domains, settings.data, self._data_dir, "test", settings.reading)
        pair = pair.to(self._device)
        with autocast(settings.precision, self._device)():
            found = reader_accuracies(network, pair, classifiers, adapted)
        resized = reader_accuracies(Resizing(pair), pair, classifiers).get("translated", {})
        further = {reader: found.pop(reader) for reader in ("adapted", "both") if reader in found}
        lines = [
            f"{tested_name(name)}: {percent(value)} (no translation: {percent(resized[name])})"
            for accuracies in found.values()
            for name, value in accuracies.items()
        ] + [
            f"{read_name(reader, tested_name(name))}: {percent(value)}"
            for reader, accuracies in further.items()
            for name, value in accuracies.items()
        ]
        for line in lines:
            self._say(line)
        return lines

    def _say(self, line: str) -> None:
        self._console.print(line, highlight=False)

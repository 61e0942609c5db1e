"""A study as optuna-dashboard shows it: with what readers want to see, added when it is read.

Nothing is written, and a running search has no extra work: accuracies, configurations, the verdict and pictures come
from what the search stores anyway.
"""

import copy
import io
import json
import shlex
import threading
from collections import Counter
from collections.abc import Container, Mapping
from functools import lru_cache
from typing import Any, BinaryIO

from optuna.storages import JournalStorage
from optuna.trial import FrozenTrial, TrialState

from lstnet_search.config import METHODS, TranslationConfig
from lstnet_search.config.metrics import TARGET, accuracy_name
from lstnet_search.errors import InputError
from lstnet_search.evaluation.samples import read_samples
from lstnet_search.io.program import installed_program, study_argument
from lstnet_search.results.confirmation.files import read_confirmation
from lstnet_search.results.export.figures import as_png
from lstnet_search.results.export.pictures import translations_figure
from lstnet_search.results.folder.folder import ResultsFolder
from lstnet_search.results.folder.search_record import RecordedSearch
from lstnet_search.results.folder.studies import StudyTables
from lstnet_search.results.formatting import shown
from lstnet_search.results.study.records import PAPER_TRIAL
from lstnet_search.tuning.ray_patches.optuna_trials import id_of
from lstnet_search.tuning.study.journal import ReadOnlyJournal
from lstnet_search.tuning.study.study import OTHER_SEARCH, STUDY_NAME, reports_of

METRIC_NAMES = "study:metric_names"
"""The attribute that Optuna's `Study.set_metric_names` writes."""
NOTE, NOTE_VERSION = "dashboard:note_str:0", "dashboard:note_ver"
"""The attributes that optuna-dashboard's `save_note` writes for a study."""
ARTIFACT = "artifacts:"
"""Prefix of the attributes that Optuna's `upload_artifact` writes."""
WINNER = "a"
"""Identifier of the winner's picture; that of a trial is its number."""


class ShownStudy(JournalStorage):
    """The study of a results folder, which a running search may be writing."""

    def __init__(self, folder: ResultsFolder) -> None:
        """Open the study for reading.

        Raises:
            InputError: if `search.yaml` is damaged.
        """
        super().__init__(ReadOnlyJournal(str(folder.study_file)))
        self._folder = folder
        self._search = folder.read_search().search
        self._translates = issubclass(METHODS[self._search.trial.method], TranslationConfig)
        self._ended: dict[int, FrozenTrial] = {}
        """Trials that have ended, by the study's id."""

    def get_all_studies(self) -> list[Any]:
        """The study, with names of its objectives, a note and the winner's picture."""
        found = super().get_all_studies()
        for each in found:
            each.system_attrs = each.system_attrs | self._added()
        return found

    def get_study_system_attrs(self, study_id: int) -> dict[str, Any]:
        """The attributes of the study, with those that `get_all_studies` adds."""
        return super().get_study_system_attrs(study_id) | self._added()

    def get_all_trials(
        self, study_id: int, deepcopy: bool = True, states: Container[TrialState] | None = None
    ) -> list[FrozenTrial]:
        """The trials, with their accuracies, configurations and pictures."""
        found = super().get_all_trials(study_id, deepcopy=False)
        first = _others(found)
        seeds = Counter(_configuration(trial, first) for trial in found)
        return [self._shown(trial, first, seeds) for trial in found if states is None or trial.state in states]

    def get_trial_system_attrs(self, trial_id: int) -> dict[str, Any]:
        """The attributes of a trial, with those that `get_all_trials` adds."""
        trials = super().get_all_trials(self.get_study_id_from_name(STUDY_NAME), deepcopy=False)
        trial = self.get_trial(trial_id)
        return trial.system_attrs | self._picture(trial.number - _others(trials))

    def _added(self) -> dict[str, Any]:
        added: dict[str, Any] = {METRIC_NAMES: objective_names(self._search), NOTE_VERSION: 1, NOTE: self._note()}
        if self._folder.has(self._folder.translations_file):
            added |= _artifact(WINNER, "translations.png")
        return added

    def _note(self) -> str:
        """What the study has shown so far, read anew when its tables have changed."""
        files = self._folder.trials_file, self._folder.confirmation_file
        return _note_of(self._folder, *(file.stat().st_mtime_ns if file.is_file() else 0 for file in files))

    def _shown(self, trial: FrozenTrial, first: int, seeds: Mapping[int, int]) -> FrozenTrial:
        if OTHER_SEARCH in trial.user_attrs:
            return trial
        made = self._ended.get(id_of(trial))
        if made is None:
            made = copy.copy(trial)
            made.user_attrs = accuracies_at_best(trial, self._search) | trial.user_attrs
            if trial.state.is_finished():
                self._ended[id_of(trial)] = made
        configuration = _configuration(trial, first)
        made.user_attrs |= {"configuration": configuration, "seeds of its configuration": seeds[configuration]}
        made.system_attrs = trial.system_attrs | self._picture(trial.number - first)
        return made

    def _picture(self, number: int) -> dict[str, str]:
        """The attribute of a trial's picture; empty if it has none."""
        if not self._translates or not self._folder.has(self._folder.samples / f"{number}.npz"):
            return {}
        return _artifact(str(number), f"translations of trial {number}.png")


class Pictures:
    """A read-only artifact store for Optuna with pictures of translations. A trial's is drawn from its samples."""

    def __init__(self, folder: ResultsFolder) -> None:
        """Take the pictures of a results folder."""
        self._folder = folder
        self._names = folder.read_search().search.trial.domains
        self._one_at_a_time = threading.Lock()
        self._drawn = lru_cache(maxsize=64)(self._draw)

    def open_reader(self, artifact_id: str) -> BinaryIO:
        """The content of a picture.

        Raises:
            InputError: if the file behind it is damaged.
        """
        if artifact_id == WINNER:
            return io.BytesIO(self._folder.translations_file.read_bytes())
        with self._one_at_a_time:
            return io.BytesIO(self._drawn(int(artifact_id)))

    def write(self, artifact_id: str, content_body: BinaryIO) -> None:
        """Refuse."""
        raise PermissionError("this study is opened for reading only")

    def remove(self, artifact_id: str) -> None:
        """Refuse."""
        raise PermissionError("this study is opened for reading only")

    def _draw(self, number: int) -> bytes:
        samples = read_samples(self._folder.samples / f"{number}.npz")
        first, second = self._names
        return as_png(translations_figure(samples, (first, second), f"trial {number}, its last report"))


def objective_names(search: RecordedSearch) -> list[str]:
    """What the objectives of a search are called in a figure."""
    if search.direction == "pareto":
        return [_arrow(direction) for direction in search.directions]
    if search.metric != TARGET:
        return [search.metric]
    return ["accuracy" if search.direction == "both" else _arrow(search.direction)]


def accuracies_at_best(trial: FrozenTrial, search: RecordedSearch) -> dict[str, float]:
    """The accuracies of both directions, in per cent, at a trial's best report; empty without one."""
    reports = [report for report in reports_of(trial) if search.metric in report.metrics]
    if not reports:
        return {}
    best = max(reports, key=lambda report: (report.metrics[search.metric], report.step))
    found = {_arrow(direction): best.metrics.get(accuracy_name(direction)) for direction in search.directions}
    return {f"{name}, %": round(100 * value, 2) for name, value in found.items() if value is not None}


def _arrow(direction: str) -> str:
    return direction.replace("_to_", " → ")


def _others(trials: list[FrozenTrial]) -> int:
    """How many trials of another search come first."""
    return sum(OTHER_SEARCH in trial.user_attrs for trial in trials)


def _configuration(trial: FrozenTrial, first: int) -> int:
    """The number of the first trial with the settings of a trial, or -1 for one of another search."""
    if OTHER_SEARCH in trial.user_attrs:
        return -1
    return int(trial.user_attrs.get("repeat_of", trial.number - first))


def _artifact(identifier: str, filename: str) -> dict[str, str]:
    about = {"artifact_id": identifier, "filename": filename, "mimetype": "image/png", "encoding": None}
    return {f"{ARTIFACT}{identifier}": json.dumps(about)}


@lru_cache(maxsize=1)
def _note_of(folder: ResultsFolder, trials_changed: int, confirmation_changed: int) -> str:
    """The verdict of a study, the scores that it rests on and the next command, in Markdown.

    Args:
        folder: the results folder.
        trials_changed: when its table of trials was written. It is part of the cache's key: a new table, a new note.
        confirmation_changed: when its confirmation was written, for the same reason.
    """
    try:
        tables = StudyTables.read(folder.path)
        confirmation = read_confirmation(folder)
    except InputError as error:
        return f"The tables cannot be read: {error}"
    metric, ranking = tables.metric, tables.ranked(tables.metric)
    if not ranking:
        return f"No trial has a report with {metric} yet."
    paper, points = ranking.paper, tables.search.tries_points
    lines = [
        f"**{confirmation.sentence if confirmation else ranking.verdict(metric, tables.search.reference)}**\n",
        f"- best, trial {ranking.best.shown_trial}: {shown(metric, ranking.best.expected)}",
        f"- {tables.search.reference}, trial {PAPER_TRIAL}: {shown(metric, None if paper is None else paper.expected)}",
        f"- no translation: {shown(metric, tables.baseline.get(metric))}\n",
    ]
    program, study = installed_program(), study_argument(folder.path)
    lines.append(f"`{shlex.join([program, 'report', study])}` shows more.")
    if confirmation is None and not points:
        lines.append(f"`{shlex.join([program, 'confirm', study])}` tests it with fresh seeds.")
    return "\n".join(lines)

"""The Optuna study of a search, which is the source of truth about its trials and is written through to a journal file.

Every report is written before the next one is awaited, so the tables can be rebuilt from the study alone, however the
search ended. Ray's own snapshots are never read.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import Annotated, Any

import optuna
from optuna.distributions import BaseDistribution, CategoricalDistribution, FloatDistribution, IntDistribution
from optuna.samplers import BaseSampler
from optuna.storages import BaseStorage, InMemoryStorage, JournalStorage
from optuna.trial import FrozenTrial, TrialState
from pydantic import BaseModel, ConfigDict, Field

from lstnet_search.config import Choice, LogUniform, QUniform, RandInt, Range
from lstnet_search.errors import InputError, one_line
from lstnet_search.results.study.records import Exploit, ReportRecord, TrialRecord
from lstnet_search.tuning.failures.storage_errors import storage_problem
from lstnet_search.tuning.ray_patches.optuna_trials import id_of
from lstnet_search.tuning.study.journal import Journal, ReadOnlyJournal
from lstnet_search.tuning.study.reports import report_to_attribute, reports_from_attributes

optuna.logging.set_verbosity(optuna.logging.ERROR)  # its warnings concern speed, or what was already refused

STUDY_NAME = "search"

OTHER_SEARCH = "other_search"
"""User attribute of a trial that another search made: where it comes from."""


class _Attributes(BaseModel):
    """User attributes of a trial that its record includes. Others are ignored."""

    model_config = ConfigDict(strict=True)

    seed: Annotated[int, Field(ge=0, lt=2**31)] = 0
    peak_memory_mb: float = float("nan")
    error: str = ""
    ray_trial_id: str = ""
    repeat_of: Annotated[int, Field(ge=0)] | None = None


_EXPLOIT = "exploit:"
_SETTINGS = "settings"


def distribution(bounds: Range) -> BaseDistribution:
    """A range as Optuna draws from it."""
    match bounds:
        case LogUniform():
            return FloatDistribution(bounds.low, bounds.high, log=True)
        case QUniform():
            return FloatDistribution(bounds.low, bounds.high, step=bounds.step)
        case RandInt():
            return IntDistribution(bounds.low, bounds.high - 1)
        case Choice():
            return CategoricalDistribution(bounds.values)
        case _:
            return FloatDistribution(bounds.low, bounds.high)


def truncate_incomplete_line(path: Path) -> None:
    """Remove an incomplete last line, which a kill or a full disk left. The journal must have no writer.

    What the line was going to say is unknown, and the next line would be joined to it.
    """
    if path.is_file():
        with path.open("r+b") as file:
            file.truncate(file.read().rfind(b"\n") + 1)


@contextmanager
def damage_as_input_error(path: Path) -> Iterator[None]:
    """Turn whatever reading a damaged journal raises into one message. Errors of the disk pass through unchanged.

    Raises:
        InputError: if the block raises something else.
    """
    try:
        yield
    except Exception as error:  # Optuna asserts, indexes and unpacks what the lines contain
        if isinstance(error, InputError) or storage_problem(error):
            raise
        reason = f"{type(error).__name__}: {one_line(error)}"
        raise InputError(f"{path} is damaged ({reason:.200}); restore it, or start over under another --name") from None


class Study:
    """One study in one journal file.

    A trial's settings, reports and exploits are attributes of the trial in the study. What readers of a dashboard care
    about is a user attribute, the rest is a system attribute.
    """

    def __init__(self, path: Path, sampler: BaseSampler | None = None, objectives: int = 1) -> None:
        """Open the study in a file, or create it with a number of objectives.

        Raises:
            InputError: if the file is damaged.
        """
        with damage_as_input_error(path):
            self.storage = self._open_storage(path)
        self._path = path
        self._ended: dict[int, TrialRecord] = {}
        """Records of trials that have ended and no longer change, by the study's id."""
        with damage_as_input_error(path):
            self.study = self._open_study(objectives)
        if sampler is not None:
            self.study.sampler = sampler
        self._warm_start = sum(OTHER_SEARCH in trial.user_attrs for trial in self.study.get_trials(deepcopy=False))

    def _open_study(self, objectives: int) -> optuna.Study:
        # `create_study(load_if_exists=True)` would write, for example after an incomplete line.
        pruner = optuna.pruners.NopPruner()  # the trial scheduler stops trials
        try:
            return optuna.load_study(study_name=STUDY_NAME, storage=self.storage, pruner=pruner)
        except KeyError:
            return optuna.create_study(
                storage=self._storage_to_create_in(),
                study_name=STUDY_NAME,
                pruner=pruner,
                directions=["maximize"] * objectives,
            )

    def trials(self) -> list[FrozenTrial]:
        """The search's own trials, ascending in number."""
        return self.study.get_trials(deepcopy=False)[self._warm_start :]

    def trial(self, study_id: int) -> FrozenTrial:
        """The trial with an id of the study."""
        return self.storage.get_trial(study_id)

    def number(self, trial: FrozenTrial | optuna.Trial) -> int:
        """The number of one of the search's own trials, from 0."""
        return trial.number - self._warm_start

    def add_warm_start(self, others: Sequence[FrozenTrial]) -> None:
        """Begin with completed trials of another search, each with the user attribute `OTHER_SEARCH`.

        They come before all trials of this search, and do not change their numbers. Does nothing if the search has
        trials. If an earlier call was killed, adds the rest.
        """
        if not self.trials():
            self.study.add_trials(others[self._warm_start :])
            self._warm_start = len(others)

    def one_write(self) -> AbstractContextManager[None]:
        """A block whose writes are one write, if the study is in a journal."""
        return self.storage.one_write() if isinstance(self.storage, Journal) else nullcontext()

    def record_settings(self, trial: optuna.Trial, settings: dict[str, Any], ray_trial_id: str) -> None:
        """Record what a new trial trains with."""
        self._set_attribute(id_of(trial), _SETTINGS, settings)
        trial.set_user_attr("seed", settings["seed"])
        trial.set_user_attr("ray_trial_id", ray_trial_id)

    def redraw(self, trial: optuna.Trial, drawn: Mapping[str, Any]) -> None:
        """Replace the parameters that a trial has drawn."""
        for name, known in trial.distributions.items():
            if name in drawn:
                self.storage.set_trial_param(id_of(trial), name, known.to_internal_repr(drawn[name]), known)

    def record_report(self, study_id: int, report: ReportRecord, metric: str) -> None:
        """Record a report. Recording it twice changes nothing."""
        with self.one_write():
            self._set_attribute(study_id, *report_to_attribute(report))
            if len(self.study.directions) == 1:  # TPE raises on stopped trials that have values for several objectives
                self.storage.set_trial_intermediate_value(study_id, report.step, report.metrics[metric])

    def record_exploit(self, study_id: int, exploit: Exploit) -> None:
        """Record that a trial copied another's network. Recording it twice changes nothing."""
        content = {"donor": exploit.donor, "weights": exploit.weights}
        self._set_attribute(study_id, f"{_EXPLOIT}{exploit.step}", content)
        for_dashboards = {"trial": exploit.donor} | exploit.weights
        self.storage.set_trial_user_attr(study_id, f"took over at step {exploit.step}", for_dashboards)

    def finish(self, study_id: int, state: TrialState, values: list[float] | None, attributes: dict[str, Any]) -> None:
        """End a trial. A trial that has ended already does not change."""
        if self.trial(study_id).state.is_finished():
            return
        with self.one_write():
            for name, content in attributes.items():
                self.storage.set_trial_user_attr(study_id, name, content)
            self.storage.set_trial_state_values(study_id, state, values)

    def records(self) -> list[TrialRecord]:
        """Records of all trials that have settings."""
        with damage_as_input_error(self._path):
            return [self._record(trial) for trial in self.trials() if has_settings(trial)]

    def record(self, number: int) -> TrialRecord:
        """The record of one of the search's own trials that has settings."""
        return self._record(self.trials()[number])

    def _record(self, trial: FrozenTrial) -> TrialRecord:
        """A trial's record. It is made once after the trial has ended: a search asks for all records at each end."""
        study_id = id_of(trial)
        found = self._ended.get(study_id)
        if found is None:
            found = make_record(trial, self.number(trial))
            if trial.state.is_finished():
                self._ended[study_id] = found
        return found

    def _open_storage(self, path: Path) -> BaseStorage:
        return Journal(path)

    def _storage_to_create_in(self) -> BaseStorage:
        return self.storage

    def _set_attribute(self, study_id: int, name: str, content: dict[str, Any]) -> None:
        # System attributes: on a dashboard, hundreds of reports would bury the user attributes.
        self.storage.set_trial_system_attr(study_id, name, content)


class ReadOnlyStudy(Study):
    """A study in an existing file that is only read. It has no trials if the search has not begun."""

    def _open_storage(self, path: Path) -> BaseStorage:
        return JournalStorage(ReadOnlyJournal(str(path)))

    def _storage_to_create_in(self) -> BaseStorage:
        return InMemoryStorage()


def reports_of(trial: FrozenTrial) -> list[ReportRecord]:
    """The reports of a trial, ascending in step."""
    return reports_from_attributes(trial.system_attrs)


def exploits_of(trial: FrozenTrial) -> list[Exploit]:
    """What a trial copied from others, ascending in step."""
    found = [
        Exploit(int(name.removeprefix(_EXPLOIT)), **content)
        for name, content in trial.system_attrs.items()
        if name.startswith(_EXPLOIT)
    ]
    return sorted(found, key=lambda exploit: exploit.step)


def has_settings(trial: FrozenTrial) -> bool:
    """Whether a trial has settings. Without them, the process died while it drew the trial."""
    return _SETTINGS in trial.system_attrs


def settings_of(trial: FrozenTrial) -> dict[str, Any]:
    """The complete settings of a trial."""
    return dict(trial.system_attrs[_SETTINGS])


def make_record(trial: FrozenTrial, number: int) -> TrialRecord:
    """A trial of the study as the results folder stores it.

    Raises:
        ValidationError: if an attribute does not have the type that this module writes.
    """
    state = trial.state.name
    assert state in {"RUNNING", "COMPLETE", "PRUNED", "FAIL"}
    return TrialRecord(
        number=number,
        state=state,  # type: ignore[arg-type]  # just checked
        settings=settings_of(trial),
        reports=reports_of(trial),
        exploits=exploits_of(trial),
        **_Attributes.model_validate(trial.user_attrs).model_dump(),
    )

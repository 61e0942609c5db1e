"""The Optuna study of a search: the truth about its trials, written through to a journal file.

Every report is written before the next is awaited, so the tables can be made anew from the
study alone, whatever ended the search. Ray's own snapshots are never read back.
"""

from collections.abc import Iterator, Sequence
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
from lstnet_search.errors import InputError
from lstnet_search.results.study.records import Exploit, ReportRecord, TrialRecord
from lstnet_search.tuning.failures.storage_errors import no_writes
from lstnet_search.tuning.study.journal import Journal, ReadOnlyJournal
from lstnet_search.tuning.study.packed_metrics import Packed

optuna.logging.set_verbosity(optuna.logging.ERROR)  # its warnings are of what is refused first, or of speed

STUDY_NAME = "search"

OTHER = "other_search"
"""User attribute of a trial that another search made: which one."""


class _Attributes(BaseModel):
    """User attributes of a trial that its record has; others are left out."""

    model_config = ConfigDict(strict=True)

    seed: Annotated[int, Field(ge=0, lt=2**31)] = 0
    peak_memory_mb: float = float("nan")
    error: str = ""
    ray_trial_id: str = ""


_REPORT = "report:"
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


def mend(path: Path) -> None:
    """Take a last line that was cut short, by a kill or a full disk, out of a journal that nobody writes.

    What it was to say is not known, and the next line would be read as its end.
    """
    if path.is_file():
        with path.open("r+b") as file:
            file.truncate(file.read().rfind(b"\n") + 1)


@contextmanager
def damage_reported(path: Path) -> Iterator[None]:
    """Whatever reading a damaged journal raises becomes one message.

    Raises:
        InputError: if the block raises, but for a disk that takes no writes.
    """
    try:
        yield
    except Exception as error:  # Optuna asserts, indexes and unpacks what a journal's lines say
        if isinstance(error, InputError) or no_writes(error):
            raise
        reason = f"{type(error).__name__}: {' '.join(str(error).split())}"
        raise InputError(f"{path} is damaged ({reason:.200}); restore it, or begin anew under another --name") from None


class Study:
    """One study in one journal file.

    What a trial is given (settings, seed) and each of its reports are kept as attributes of
    the trial, those that a reader of the study cares for as user attributes.
    """

    def __init__(self, path: Path, sampler: BaseSampler | None = None, objectives: int = 1) -> None:
        """Open the study of a file, or make it for a number of objectives.

        Raises:
            InputError: if the file is damaged.
        """
        with damage_reported(path):
            self.storage = self._storage(path)
        self._path = path
        self._ended: dict[int, TrialRecord] = {}
        """Records of trials that have ended, by the study's id: they change no more."""
        with damage_reported(path):
            self.study = self._open(objectives)
        if sampler is not None:
            self.study.sampler = sampler
        self._others = sum(OTHER in trial.user_attrs for trial in self.study.get_trials(deepcopy=False))

    def _open(self, objectives: int) -> optuna.Study:
        # To create one that is there, as Optuna can, would write to it: after a line that was cut short, for example.
        pruner = optuna.pruners.NopPruner()  # stopping is the trial scheduler's
        try:
            return optuna.load_study(study_name=STUDY_NAME, storage=self.storage, pruner=pruner)
        except KeyError:
            return optuna.create_study(
                storage=self._where_made(), study_name=STUDY_NAME, pruner=pruner, directions=["maximize"] * objectives
            )

    def trials(self) -> list[FrozenTrial]:
        """The search's own trials, ascending in number."""
        return self.study.get_trials(deepcopy=False)[self._others :]

    def number(self, trial: FrozenTrial | optuna.Trial) -> int:
        """The number of one of the search's own trials, from 0."""
        return trial.number - self._others

    def know(self, others: Sequence[FrozenTrial]) -> None:
        """Begin with completed trials of another search, each with the user attribute `OTHER`.

        They stand before all trials of this search, whose numbers they leave as they are. Where it
        has trials already, nothing is done; where it was killed while doing this, the rest is.
        """
        if not self.trials():
            self.study.add_trials(others[self._others :])
            self._others = len(others)

    def together(self) -> AbstractContextManager[None]:
        """A block whose writes are one, where the study is in a journal."""
        return self.storage.together() if isinstance(self.storage, Journal) else nullcontext()

    def give(self, trial: optuna.Trial, settings: dict[str, Any], ray_trial_id: str) -> None:
        """Note what a new trial trains with."""
        self._note(trial._trial_id, _SETTINGS, settings)
        trial.set_user_attr("seed", settings["seed"])
        trial.set_user_attr("ray_trial_id", ray_trial_id)

    def report(self, trial_id: int, report: ReportRecord, metric: str) -> None:
        """Note a report; noting one twice changes nothing."""
        with self.together():
            self._note(trial_id, f"{_REPORT}{report.step}", {"seconds": report.seconds, **report.metrics})
            if len(self.study.directions) == 1:  # with several, TPE takes a stopped trial that has any for an error
                self.storage.set_trial_intermediate_value(trial_id, report.step, report.metrics[metric])

    def exploit(self, trial_id: int, exploit: Exploit) -> None:
        """Note that a trial took over another's network; noting it twice changes nothing."""
        self._note(trial_id, f"{_EXPLOIT}{exploit.step}", {"donor": exploit.donor, "weights": exploit.weights})
        told = {"trial": exploit.donor} | exploit.weights  # what dashboards show
        self.storage.set_trial_user_attr(trial_id, f"took over at step {exploit.step}", told)

    def finish(self, trial_id: int, state: TrialState, values: list[float] | None, attributes: dict[str, Any]) -> None:
        """End a trial; one that has ended already stays as it is."""
        if self.storage.get_trial(trial_id).state.is_finished():
            return
        with self.together():
            for name, content in attributes.items():
                self.storage.set_trial_user_attr(trial_id, name, content)
            self.storage.set_trial_state_values(trial_id, state, values)

    def records(self) -> list[TrialRecord]:
        """All trials that were given settings, as the results folder keeps them."""
        with damage_reported(self._path):
            return [self._record(trial) for trial in self.trials() if _SETTINGS in trial.system_attrs]

    def record(self, number: int) -> TrialRecord:
        """One of these trials."""
        return self._record(self.trials()[number])

    def _record(self, trial: FrozenTrial) -> TrialRecord:
        """A trial's record: made once after it has ended, or each trial's end would cost as much as all before it."""
        known = self._ended.get(trial._trial_id)
        if known is None:
            known = record(trial, self.number(trial))
            if trial.state.is_finished():
                self._ended[trial._trial_id] = known
        return known

    def _storage(self, path: Path) -> BaseStorage:
        return Journal(path)

    def _where_made(self) -> BaseStorage:
        return self.storage

    def _note(self, trial_id: int, name: str, content: dict[str, Any]) -> None:
        # System attributes: hundreds of reports would bury the user attributes on a dashboard.
        self.storage.set_trial_system_attr(trial_id, name, content)


class StudyToRead(Study):
    """A study in a file that is there and is only read; without a trial where none has begun."""

    def _storage(self, path: Path) -> BaseStorage:
        return JournalStorage(ReadOnlyJournal(str(path)))

    def _where_made(self) -> BaseStorage:
        return InMemoryStorage()


def reports_of(trial: FrozenTrial) -> Sequence[ReportRecord]:
    """The reports noted for a trial, ascending in step."""
    found = []
    for name, content in trial.system_attrs.items():
        if name.startswith(_REPORT):
            metrics = Packed({metric: value for metric, value in content.items() if metric != "seconds"})
            found.append(ReportRecord(int(name.removeprefix(_REPORT)), float(content["seconds"]), metrics))
    return sorted(found, key=lambda report: report.step)


def exploits_of(trial: FrozenTrial) -> Sequence[Exploit]:
    """What a trial took over from others, ascending in step."""
    found = [
        Exploit(int(name.removeprefix(_EXPLOIT)), **content)
        for name, content in trial.system_attrs.items()
        if name.startswith(_EXPLOIT)
    ]
    return sorted(found, key=lambda exploit: exploit.step)


def settings_of(trial: FrozenTrial) -> dict[str, Any]:
    """The complete settings that a trial was given."""
    return dict(trial.system_attrs[_SETTINGS])


def record(trial: FrozenTrial, number: int) -> TrialRecord:
    """A trial as the results folder keeps it, with its number.

    Raises:
        ValidationError: if what is noted of it is of another kind than what this notes.
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

"""A confirmation from the first check to the verdict: trainings, then the test sets, opened once."""

from dataclasses import dataclass

import torch
from rich.console import Console

from lstnet_search.config import InputError, Space, TrialConfig
from lstnet_search.config.search import SearchConfig
from lstnet_search.domains import DomainPair, load_pair
from lstnet_search.evaluation import Resizing, WholeSets, translation_accuracy
from lstnet_search.evaluation.whole import PROGRESS
from lstnet_search.models.classifier import Classifiers
from lstnet_search.results.confirmation import (
    Confirmed,
    TrainingRow,
    conclude,
    confirmation_content,
    confirmation_table,
    sentence,
)
from lstnet_search.results.confirmation_files import known_accuracies, read_confirmation, remarks, write_confirmation
from lstnet_search.results.confirmation_plan import NO_TRANSLATION, ConfirmationPlan, candidates
from lstnet_search.results.folder import ResultsFolder
from lstnet_search.results.model import build_networks
from lstnet_search.results.openings import log_opening, ordinal
from lstnet_search.results.records import TrialRecord
from lstnet_search.results.text import duration
from lstnet_search.results.winner import add_confirmation
from lstnet_search.training import autocast, evaluated_state, read_state
from lstnet_search.tuning.checkpoints import checkpoint_at, newest_checkpoint
from lstnet_search.tuning.cluster import local_cluster, local_machine
from lstnet_search.tuning.confirmation_display import ConfirmationDisplay, verdicts
from lstnet_search.tuning.resources import Placement, place, upper_bound_seconds
from lstnet_search.tuning.run import Run, refuse_other_data
from lstnet_search.tuning.scheduler import make_scheduler
from lstnet_search.tuning.searcher import START, StudySearch
from lstnet_search.tuning.stopping import Stopping
from lstnet_search.tuning.study import Study
from lstnet_search.tuning.tuner import make_tuner
from lstnet_search.tuning.watch import Watch
from lstnet_search.tuning.whole_classifiers import train_classifiers

CANDIDATE = "candidate"
"""User attribute of a trial of a confirmation's study: the number in the search of the trial that it confirms."""

Key = tuple[int, int]
"""Of a training: number of the trial that it confirms, seed."""


def confirm(plan: ConfirmationPlan, run: Run, again: str, console: Console) -> int:
    """Train what a plan has, test it, print and write what that shows.

    Args:
        plan: of trainings; those of earlier runs are not repeated.
        run: its folder is that of the search.
        again: the command that goes on.
        console: to print on.

    Returns:
        The exit code: 0 done, 1 if no training succeeded, 128 + signal after one.

    Raises:
        InputError: before anything is trained or written.
    """
    search = SearchConfig.parse(run.folder.read_search()["search"], str(run.folder.search_file))
    placement = place(local_machine(run.simulated_gpus), run.cpus, run.gpus, len(plan.trials) * len(plan.seeds))
    sets = WholeSets.read(search.trial, run.data_dir)
    refuse_other_data(run.folder, sets.fingerprint, "--data-dir")
    measurable(sets.train, search.direction)
    with run.folder.held(), local_cluster(placement) as address:
        console.print(f"dashboard: {address}", markup=False, highlight=False)
        plan.write(run.folder)
        return _Confirmation(search, plan, run, sets, placement, console).finish(again)


def measurable(pair: DomainPair, direction: str) -> tuple[str, ...]:
    """The directions whose mean is the target accuracy: those searched whose target has labels.

    Raises:
        InputError: if there is none.
    """
    targets = zip(pair.directions, reversed(tuple(pair)), strict=True)
    known = tuple(name for name, target in targets if target.labels is not None)
    found = known if direction in ("both", "pareto") else tuple(name for name in known if name == direction)
    if not found:
        raise InputError(
            f"no accuracy of direction {direction} can be measured, for nothing that it leads to has labels; "
            "give labels, or choose among the trials by a criterion with analysis/select_best.py"
        )
    return found


@dataclass(frozen=True)
class _Tests:
    """What was measured on the test sets.

    Attributes:
        accuracies: of trainings by direction; of no translation by seed, under None.
        opening: the how-manieth.
        fingerprint: of both test sets.
    """

    accuracies: dict[tuple[int | None, int], dict[str, float]]
    opening: int
    fingerprint: str


class _Confirmation:
    """One run of a confirmation on a running cluster, the search's folder held."""

    def __init__(
        self,
        search: SearchConfig,
        plan: ConfirmationPlan,
        run: Run,
        sets: WholeSets,
        placement: Placement,
        console: Console,
    ) -> None:
        self.search = search.model_copy(update={"select_by": PROGRESS, "scheduler": "none"})
        self.plan = plan
        self.run = run
        self.sets = sets
        self.placement = placement
        self.console = console
        self.folder = run.folder
        self.inner = ResultsFolder(run.folder.confirmation)
        self.candidates = candidates(run.folder, plan.trials)
        self.study = Study(self.inner.study_file)

    def finish(self, again: str) -> int:
        """Run the trainings that are left, test them if none is, and conclude."""
        self._ask_for_missing()
        numbers = self._numbers()
        names = {
            numbers[candidate.trial, seed]: f"{candidate.name}, seed {place}/{len(self.plan.seeds)}"
            for candidate in self.candidates
            for place, seed in enumerate(self.plan.seeds, start=1)
        }
        total = len(self.study.trials())
        display = ConfirmationDisplay(
            self.console, self.sets.train.directions, self.plan.steps, total, self.placement.concurrent, names
        )
        with Stopping(self.run.time_budget) as stopping:
            watch = Watch(self.inner, self.study, display, stopping, PROGRESS)
            left = total - sum(record.state != "RUNNING" for record in self.study.records())
            if left:
                self._train(display, watch, left, total)
            left = total - sum(record.state != "RUNNING" for record in self.study.records())
            if not left and not stopping.due and (found := self._conclude(display, stopping)) is not None:
                return 0 if any(each.trainings > each.failed for each in found if each.trial is not None) else 1
            what = f"{left} of {total} trainings are unfinished" if left else "the test sets are still closed"
            display.say(f"{what}; go on with: {again}")
            return stopping.exit_code

    def _ask_for_missing(self) -> None:
        """Have the study wait for each training that is planned and has not been asked for, or whose end was lost."""
        records = {record.number: record for record in self.study.records()}
        tested = known_accuracies(self.folder)
        numbers = self._numbers()
        for seed in self.plan.seeds:
            for candidate in self.candidates:
                number = numbers.get((candidate.trial, seed))
                record = None if number is None else records.get(number)
                lost = (
                    record is not None
                    and record.state == "COMPLETE"
                    and (candidate.trial, seed) not in tested
                    and checkpoint_at(self.inner.tune, record.number, self.plan.steps) is None
                )  # killed between the last report and its checkpoint
                if number is None or lost:
                    settings = candidate.config.override({"seed": seed, "steps": self.plan.steps}, "the confirmation")
                    self.study.study.enqueue_trial(
                        {}, user_attrs={START: settings.model_dump(mode="json"), CANDIDATE: candidate.trial}
                    )

    def _numbers(self) -> dict[Key, int]:
        """Numbers in the study of the trainings that it knows, the latest of equals."""
        return {
            (trial.user_attrs[CANDIDATE], trial.user_attrs[START]["seed"]): self.study.number(trial)
            for trial in self.study.trials()
        }

    def _train(self, display: ConfirmationDisplay, watch: Watch, left: int, total: int) -> None:
        earlier = self.study.records()
        searched = self.folder.read_trials()
        pace = searched["seconds"].sum() / max(1, searched["steps"].sum())
        seconds = upper_bound_seconds(left, self.plan.steps * pace, self.placement.concurrent)
        display.say(
            f"{left} trainings of {self.plan.steps} steps on the whole training sets, {self.placement.concurrent} side "
            f"by side: about {duration(seconds)} at the search's pace; the test sets stay closed until all have ended"
        )
        searcher = StudySearch(
            self.study,
            Space(),
            self.search.trial,
            metric=PROGRESS,
            seed=self.search.seed,
            trials=total,
            max_concurrent=self.placement.concurrent,
            last_checkpoint=lambda number: newest_checkpoint(self.inner.tune, number),
        )
        scheduler = make_scheduler(self.search, earlier, PROGRESS)
        tuner = make_tuner(self.search, searcher, scheduler, watch, self.sets, self.placement, self.inner.tune, left)
        display.start(earlier)
        try:
            tuner.fit()
        finally:
            display.stop()
            watch.write()

    def _conclude(self, display: ConfirmationDisplay, stopping: Stopping) -> list[Confirmed] | None:
        """Test, write the files and print the table; None if asked to stop before the test sets are opened."""
        records = {record.number: record for record in self.study.records()}
        trainings = {key: records[number] for key, number in self._numbers().items()}
        tests = self._test(trainings, display, stopping)
        if tests is None:
            return None
        directions = self.sets.train.directions
        searched = tuple(
            name
            for name in measurable(self.sets.train, self.search.direction)
            if any(name in found for found in tests.accuracies.values())
        )
        if not searched:
            raise InputError(f"the test sets of {' and '.join(self.search.trial.domains)} have no labels to test with")
        table = confirmation_table(self._rows(trainings, tests), directions, searched)
        found = conclude(table)
        about = {
            "command": self.run.command,
            "steps": self.plan.steps,
            "seeds": list(self.plan.seeds),
            "directions": list(searched),
            "data_fingerprint": self.sets.fingerprint,
            "test_fingerprint": tests.fingerprint,
            "opening": tests.opening,
        }
        write_confirmation(self.folder, table, confirmation_content(found, about))
        add_confirmation(self.folder, self.candidates[0].config, remarks(found, self.plan.steps))
        self.console.print(verdicts(found, self.candidates, directions, self.plan.steps))
        display.say(sentence(found))
        display.say(f"results: {self.folder.confirmation_table_file}, {self.folder.confirmation_file}")
        return found

    def _rows(self, trainings: dict[Key, TrialRecord], tests: _Tests) -> list[TrainingRow]:
        rows = []
        for candidate in self.candidates:
            for seed in self.plan.seeds:
                record = trainings[candidate.trial, seed]
                rows.append(
                    TrainingRow(
                        candidate.name,
                        candidate.trial,
                        seed,
                        self.plan.steps,
                        record.settings,
                        tests.accuracies.get((candidate.trial, seed), {}),
                        record.reports[-1].seconds if record.reports else 0.0,
                        record.error,
                    )
                )
        baseline = [
            TrainingRow(NO_TRANSLATION, None, seed, accuracies=tests.accuracies[None, seed]) for seed in self.plan.seeds
        ]
        return rows + baseline

    def _test(
        self, trainings: dict[Key, TrialRecord], display: ConfirmationDisplay, stopping: Stopping
    ) -> _Tests | None:
        """Open the test sets if something is to be measured on them that was not; None if stopped before that."""
        accuracies = known_accuracies(self.folder)
        planned = [(candidate.trial, seed) for seed in self.plan.seeds for candidate in self.candidates]
        missing: list[tuple[int | None, int]] = [
            key for key in planned if key not in accuracies and trainings[key].state == "COMPLETE"
        ]
        missing += [(None, seed) for seed in self.plan.seeds if (None, seed) not in accuracies]
        earlier = read_confirmation(self.folder)
        if not missing:
            assert earlier is not None
            return _Tests(accuracies, earlier["opening"], earlier["test_fingerprint"])
        seeds = [seed for seed in self.plan.seeds if any(seed == each for _, each in missing)]
        classifiers = train_classifiers(self.sets.train, seeds, self.placement, stopping, display.say)
        if classifiers is None:
            return None
        opening = log_opening(self.folder.openings_file, self.run.command)
        display.say(f"the test sets are opened, the {ordinal(opening)} time for this study")
        trial = self.search.trial
        pair = load_pair(trial.domains, trial.data, self.run.data_dir, "test")
        if earlier is not None and earlier["test_fingerprint"] != pair.fingerprint:
            raise InputError(
                f"{self.folder.path} was tested on data of fingerprint {earlier['test_fingerprint']}, this is "
                f"{pair.fingerprint}; give the same data by --data-dir"
            )
        device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        on_device = pair.to(device)
        for number, seed in missing:
            training = None if number is None else trainings[number, seed]
            accuracies[number, seed] = self._measure(training, on_device, _to(classifiers[seed], device))
        return _Tests(accuracies, opening, pair.fingerprint)

    def _measure(self, training: TrialRecord | None, pair: DomainPair, classifiers: Classifiers) -> dict[str, float]:
        """Test accuracies of a training's last state, by direction; of no translation for None."""
        if training is None:
            return translation_accuracy(Resizing(pair), pair, classifiers)
        checkpoint = checkpoint_at(self.inner.tune, training.number, self.plan.steps)
        assert checkpoint is not None
        config = TrialConfig.parse(training.settings, str(checkpoint))
        device = pair.a.images.device
        translator, _ = build_networks(config, self.sets.shapes, pair.a.classes)
        translator.load_state_dict(evaluated_state(read_state(checkpoint)[0]))
        translator.to(device).to(memory_format=torch.channels_last)
        with autocast(config.precision, device)():
            return translation_accuracy(translator, pair, classifiers)


def _to(classifiers: Classifiers, device: torch.device) -> Classifiers:
    first, second = classifiers
    return None if first is None else first.to(device), None if second is None else second.to(device)

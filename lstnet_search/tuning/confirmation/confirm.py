"""A confirmation from the first check to the verdict: trainings, then the test sets."""

from collections.abc import Callable
from contextlib import ExitStack
from functools import partial

from rich.console import Console

from lstnet_search.config import Space
from lstnet_search.config.search import SearchConfig
from lstnet_search.domains import DomainPair
from lstnet_search.errors import InputError
from lstnet_search.evaluation import WholeSets
from lstnet_search.evaluation.full_training import PROGRESS
from lstnet_search.results.confirmation.files import forget, known_accuracies, remarks, write_confirmation
from lstnet_search.results.confirmation.plan import NO_TRANSLATION, Candidate, ConfirmationPlan, candidates
from lstnet_search.results.confirmation.verdict import (
    TrainingRow,
    conclude,
    confirmation_content,
    confirmation_table,
    sentence,
)
from lstnet_search.results.export.winner import add_confirmation
from lstnet_search.results.folder.folder import ResultsFolder
from lstnet_search.results.folder.mirror import Mirror
from lstnet_search.results.folder.provenance import provenance
from lstnet_search.results.formatting import duration
from lstnet_search.results.study.records import TrialRecord
from lstnet_search.tuning.cluster.placement import Placement, upper_bound_seconds
from lstnet_search.tuning.confirmation.display import ConfirmationDisplay, verdicts
from lstnet_search.tuning.confirmation.test_sets import Key, Tested, measure
from lstnet_search.tuning.execution import Run, refuse_other_data, until_stopped
from lstnet_search.tuning.failures.storage_errors import no_writes, say_no_writes
from lstnet_search.tuning.monitoring.prometheus import Metrics
from lstnet_search.tuning.monitoring.search_callback import Watch
from lstnet_search.tuning.monitoring.stop_request import Stopping
from lstnet_search.tuning.monitoring.watchdog import Vigil
from lstnet_search.tuning.protocol import DIED, START
from lstnet_search.tuning.schedulers.asha import make_scheduler
from lstnet_search.tuning.study.searcher import StudySearch
from lstnet_search.tuning.study.study import Study, mend
from lstnet_search.tuning.trials.checkpoints import checkpoint_at, is_whole, newest_checkpoint, refuse_other_versions
from lstnet_search.tuning.tuner import fit, make_tuner

CANDIDATE = "candidate"
"""User attribute of a trial of a confirmation's study: the number in the search of the trial that it confirms."""


def confirm(plan: ConfirmationPlan, run: Run, console: Console) -> int:
    """Train what a plan has, test it, print and write what that shows.

    Args:
        plan: of trainings; those of earlier runs are not repeated.
        run: its folder is that of the search; its command goes on, given again.
        console: to print on.

    Returns:
        The exit code: 0 done, 1 if no training succeeded, 128 + signal after one.

    Raises:
        InputError: before anything is trained or written.
    """
    return until_stopped(run, console, partial(_confirm, plan, run, console))


def _confirm(plan: ConfirmationPlan, run: Run, console: Console, stopping: Stopping) -> int:
    search = SearchConfig.parse(run.folder.read_search()["search"], str(run.folder.search_file))
    trainings = len(plan.trials) * len(plan.seeds)
    run.refuse_placement(trainings)
    with stopping.breaking_off():
        sets = WholeSets.read(search.trial, run.data_dir)
    refuse_other_data(run.folder, sets.fingerprint, "--data-dir")
    measurable(sets.train, search.direction)

    def say(line: str) -> None:
        console.print(line, markup=False, highlight=False)

    with ExitStack() as stack:
        stack.enter_context(run.folder.held())
        with stopping.breaking_off():
            placement = stack.enter_context(run.on_cluster(trainings, say))
            stopping.handle()
            placement = run.share_gpus(search, sets, placement, trainings, say)
        if not run.folder.confirmation_plan_file.exists():
            forget(run.folder)
            if run.storage is not None:
                run.stored().below(run.folder.confirmation.name).remove()
        plan.write(run.folder)
        return _Confirmation(search, plan, run, sets, placement, console, stopping).finish()


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


def to_do_anew(training: TrialRecord, kept: Callable[[], bool]) -> bool:
    """Whether a training that has ended is to be done again when a confirmation goes on.

    One that failed by itself is not, for it would again; one whose process was lost too often is, and one that was
    killed between its last report and the checkpoint of that.

    Args:
        training: whose end the study knows.
        kept: tells whether its last checkpoint is there.
    """
    return training.error == DIED or (training.state == "COMPLETE" and not kept())


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
        stopping: Stopping,
    ) -> None:
        self.search = search.model_copy(update={"select_by": PROGRESS, "scheduler": "none"})
        self.plan = plan
        self.run = run
        self.sets = sets
        self.placement = placement
        self.console = console
        self.stopping = stopping
        self.folder = run.folder
        self.inner = ResultsFolder(run.folder.confirmation)
        self.storage = run.stored().below(run.folder.confirmation.name)
        self.candidates = candidates(run.folder, plan.trials)
        mend(self.inner.study_file)
        self.study = Study(self.inner.study_file)

    def finish(self) -> int:
        """Run the trainings that are left, test them if none is, and conclude."""
        try:
            return self._finish()
        except Exception as error:
            why = no_writes(error)
            if why is None:
                raise
            return say_no_writes(self.console, why, self.run.command)

    def _finish(self) -> int:
        self._ask_for_missing()
        numbers = self._numbers()
        seeds = self.plan.seeds
        names = {
            numbers[key]: f"{candidate.name}, seed {1 + seeds.index(key[1])}/{len(seeds)}"
            for key, candidate in self._planned().items()
        }
        total = len(self.study.trials())
        display = ConfirmationDisplay(
            self.console, self.sets.train.directions, self.plan.steps, total, self.placement.concurrent, names
        )
        metrics = Metrics(f"{self.folder.path.name}-confirmation", PROGRESS, self.sets.train.directions)
        vigil = Vigil(display.name, self.run.trial_timeout)
        watch = Watch(
            self.inner,
            self.study,
            display,
            self.stopping,
            PROGRESS,
            metrics,
            vigil,
            storage=self.storage,  # where all checkpoints stay: each is tested in the end
            mirror=Mirror(self.folder, self.run.stored()),
        )
        left = total - sum(record.state != "RUNNING" for record in self.study.records())
        if left:
            self._train(display, watch, left, total)
        left = total - sum(record.state != "RUNNING" for record in self.study.records())
        if not left and not self.stopping.due and (code := self._conclude(display, self.stopping)) is not None:
            return code
        if self.stopping.no_writes:
            return say_no_writes(self.console, self.stopping.no_writes, self.run.command)
        what = f"{left} of {total} trainings are unfinished" if left else "the test sets are still closed"
        display.say(f"{what}; go on with: {self.run.command}")
        return self.stopping.exit_code

    def _planned(self) -> dict[Key, Candidate]:
        """All trainings, those of one seed beside each other."""
        return {(each.trial, seed): each for seed in self.plan.seeds for each in self.candidates}

    def _ask_for_missing(self) -> None:
        """Have the study wait for each training that it was not asked for, or that is to be done anew."""
        records = {record.number: record for record in self.study.records()}
        tested, numbers = known_accuracies(self.folder, self.plan.steps), self._numbers()

        def lost(number: int) -> bool:
            return number in records and to_do_anew(
                records[number],
                lambda: (last := checkpoint_at(self.storage, number, self.plan.steps)) is not None and is_whole(last),
            )

        for key, candidate in self._planned().items():
            if key not in numbers or (key not in tested and lost(numbers[key])):
                changes = {"seed": key[1], "steps": self.plan.steps}
                settings = candidate.config.override(changes, "the confirmation").model_dump(mode="json")
                self.study.study.enqueue_trial({}, user_attrs={START: settings, CANDIDATE: candidate.trial})

    def _numbers(self) -> dict[Key, int]:
        """Numbers in the study of the trainings that it knows, the latest of equals."""
        return {
            (trial.user_attrs[CANDIDATE], trial.user_attrs[START]["seed"]): self.study.number(trial)
            for trial in self.study.trials()
        }

    def _train(self, display: ConfirmationDisplay, watch: Watch, left: int, total: int) -> None:
        earlier = self.study.records()
        refuse_other_versions(self.storage, earlier)
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
            last_checkpoint=partial(newest_checkpoint, self.storage),
        )
        scheduler = make_scheduler(self.search, earlier, PROGRESS)
        about = self.sets, self.placement, self.storage, left
        tuner = make_tuner(self.search, searcher, scheduler, [watch], *about, tell=display.tell)
        display.start(earlier)
        try:
            fit(tuner)
        finally:
            display.stop()
            watch.write()

    def _conclude(self, display: ConfirmationDisplay, stopping: Stopping) -> int | None:
        """Test, write the files, print the table; the exit code, or None if asked to stop before."""
        records = {record.number: record for record in self.study.records()}
        numbers = self._numbers()
        trainings = {key: records[numbers[key]] for key in self._planned()}
        ended = {key: record for key, record in trainings.items() if record.state == "COMPLETE"}
        if not ended:
            display.say(f"no training succeeded; the column 'error' of {self.inner.trials_file} says why")
            return 1
        wanted: dict[Key, TrialRecord | None] = {**ended, **{(None, seed): None for seed in self.plan.seeds}}
        trial = self.search.trial
        tested = measure(wanted, trial, self.plan.steps, self.sets, self.run, self.placement, stopping, display.say)
        if tested is None:
            return None
        directions = self.sets.train.directions
        searched = [
            name
            for name in measurable(self.sets.train, self.search.direction)
            if any(name in each for each in tested.accuracies.values())
        ]
        table = confirmation_table(self._rows(trainings, tested), directions, searched)
        found = conclude(table)
        about = {
            "command": self.run.command,
            "steps": self.plan.steps,
            "seeds": list(self.plan.seeds),
            "directions": searched,
            "data_fingerprint": self.sets.fingerprint,
            "test_fingerprint": tested.fingerprint,
            "opening": tested.opening,
        } | provenance()
        write_confirmation(self.folder, table, confirmation_content(found, about))
        add_confirmation(self.folder, self.candidates[0].config, remarks(found, self.plan.steps))
        self.console.print(verdicts(found, self.candidates, directions, self.plan.steps))
        display.say(sentence(found))
        display.say(f"results: {self.folder.confirmation_table_file}, {self.folder.confirmation_file}")
        return 0

    def _rows(self, trainings: dict[Key, TrialRecord], tested: Tested) -> list[TrainingRow]:
        return [
            TrainingRow(
                candidate.name,
                candidate.trial,
                seed,
                self.plan.steps,
                record.settings,
                tested.accuracies.get((candidate.trial, seed), {}),
                record.reports[-1].seconds if record.reports else 0.0,
                record.error,
            )
            for candidate in self.candidates
            for seed in self.plan.seeds
            if (record := trainings[candidate.trial, seed])
        ] + [
            TrainingRow(NO_TRANSLATION, None, seed, accuracies=tested.accuracies[None, seed])
            for seed in self.plan.seeds
        ]

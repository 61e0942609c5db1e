"""A confirmation from the first check to the verdict: trainings, then the test sets."""

from collections.abc import Callable
from contextlib import ExitStack
from functools import partial

from rich.console import Console

from lstnet_search.config import Space
from lstnet_search.config.readers import measured_readers
from lstnet_search.evaluation import ClassifierSettings, WholeSets
from lstnet_search.evaluation.full_training import PROGRESS
from lstnet_search.io.console import say as print_line
from lstnet_search.io.console import screen_width
from lstnet_search.results.confirmation.files import (
    discard_results,
    measured_accuracies,
    winner_remarks,
    write_confirmation,
)
from lstnet_search.results.confirmation.plan import NO_TRANSLATION, Candidate, ConfirmationPlan, candidates
from lstnet_search.results.confirmation.verdict import (
    TrainingRow,
    candidate_results,
    confirmation_content,
    confirmation_table,
    verdict_sentence,
)
from lstnet_search.results.export.winner import add_confirmation
from lstnet_search.results.folder.folder import ResultsFolder
from lstnet_search.results.folder.provenance import provenance
from lstnet_search.results.folder.stop_requests import StopRequests
from lstnet_search.results.formatting import duration
from lstnet_search.results.screen.progress import Progress
from lstnet_search.results.study.records import TrialRecord
from lstnet_search.tuning.cluster.placement import upper_bound_seconds
from lstnet_search.tuning.confirmation.display import ConfirmationDisplay, reader_lines, verdict_lines
from lstnet_search.tuning.confirmation.test_sets import Key, Measurement, measurable, measure
from lstnet_search.tuning.context import SearchContext
from lstnet_search.tuning.execution import on_cluster, refuse_other_data, refuse_placement, share_gpus, until_stopped
from lstnet_search.tuning.failures.storage_errors import print_storage_problem, storage_problem
from lstnet_search.tuning.monitoring.search_callback import SearchCallback
from lstnet_search.tuning.protocol import DIED, START
from lstnet_search.tuning.run import Run
from lstnet_search.tuning.schedulers.asha import make_scheduler
from lstnet_search.tuning.stop_request import StopRequest
from lstnet_search.tuning.study.searcher import StudySearch
from lstnet_search.tuning.study.study import Study, truncate_incomplete_line
from lstnet_search.tuning.trials.checkpoints import checkpoint_at, is_intact, newest_checkpoint, refuse_other_versions
from lstnet_search.tuning.tuner import make_tuner, run_tuner

CANDIDATE = "candidate"
"""User attribute of a trial in a confirmation's study: the number of the search's trial that it confirms."""


def confirm(make_plan: Callable[[], ConfirmationPlan], run: Run, console: Console) -> int:
    """Run the planned trainings, test their networks, and print and write the results.

    Args:
        make_plan: decides on the trainings; those of earlier runs are not repeated. It is called while the search's
            folder is locked: a search that was still running may have found another winner.
        run: the run's options. Its folder is the search's, and its command resumes the confirmation.
        console: prints lines and tables.

    Returns:
        The exit code: 0 done, 1 if no training succeeded, 128 + signal after a signal.

    Raises:
        InputError: before anything is trained or written.
    """
    return until_stopped(run, console, partial(_confirm, make_plan, run, console))


def _confirm(make_plan: Callable[[], ConfirmationPlan], run: Run, console: Console, stop_request: StopRequest) -> int:
    say = partial(print_line, console)
    refuse_placement(run.resources, 1)  # what this machine lacks, it lacks for any number of trainings
    with ExitStack() as stack:
        stack.enter_context(run.folder.locked())
        StopRequests(run.open_storage()).discard()
        plan = make_plan()
        search = run.folder.read_search().config
        trainings = len(plan.trials) * len(plan.seeds)
        with stop_request.interruptible():
            sets = WholeSets.read(search.trial, run.data_dir)
        refuse_other_data(run.folder, sets.fingerprint, "--data-dir")
        measurable(sets.train, search.direction)
        with stop_request.interruptible():
            placement = stack.enter_context(on_cluster(run, trainings, say))
            stop_request.handle_signals()
            placement = share_gpus(run.resources, search, sets, placement, trainings, say)
        inner = ResultsFolder(run.folder.confirmation)
        storage = run.open_storage().below(inner.path.name)
        if not run.folder.confirmation_plan_file.exists():
            discard_results(run.folder)
            if run.storage is not None:
                storage.remove()
        plan.write(run.folder)
        config = search.model_copy(update={"select_by": PROGRESS, "scheduler": "none"})
        context = SearchContext(run, config, inner, storage, sets, placement, console, stop_request)
        try:
            return _Confirmation(context, plan).run()
        except Exception as error:
            why = storage_problem(error)
            if why is None:
                raise
            return print_storage_problem(console, why, run.command)


def must_repeat(training: TrialRecord, has_checkpoint: Callable[[], bool]) -> bool:
    """Whether a training that has ended must be repeated when the confirmation is resumed.

    It must if its process was lost too often, or was killed between its last report and the checkpoint of that report.
    Training errors are not retried: they would occur again.

    Args:
        training: a training that has ended, according to the study.
        has_checkpoint: whether its last checkpoint exists.
    """
    return training.error == DIED or (training.state == "COMPLETE" and not has_checkpoint())


class _Confirmation:
    """One run of a confirmation on a running cluster. The search's folder is locked."""

    def __init__(self, context: SearchContext[WholeSets], plan: ConfirmationPlan) -> None:
        self.context = context
        self.plan = plan
        self.candidates = candidates(context.run.folder, plan.trials)
        truncate_incomplete_line(context.folder.study_file)
        self.study = Study(context.folder.study_file)

    def run(self) -> int:
        """Run the remaining trainings, test all once none remains, and print the verdict. Returns the exit code."""
        context, stop_request = self.context, self.context.stop_request
        self._enqueue_missing()
        numbers = self._numbers()
        seeds = self.plan.seeds
        names = {
            numbers[key]: f"{candidate.name}, seed {1 + seeds.index(key[1])}/{len(seeds)}"
            for key, candidate in self._planned().items()
        }
        total = len(self.study.trials())
        progress = Progress(self.plan.steps, total, context.placement.concurrent)
        display = ConfirmationDisplay(context.console, context.data.train.directions, progress, names)
        callback = SearchCallback(context, self.study, display)  # keeps all checkpoints: each is tested at the end
        left = self._unfinished(total)
        if left and (gave_up := self._train(display, callback, left, total)):
            display.say_command(
                f"{gave_up}: the test sets are still closed; correct the cause, then", context.run.command
            )
            return 1
        left = self._unfinished(total)
        if not left and not stop_request.due and (code := self._conclude(display)) is not None:
            return code
        if stop_request.storage_problem:
            return print_storage_problem(context.console, stop_request.storage_problem, context.run.command)
        what = f"{left} of {total} trainings are unfinished" if left else "the test sets are still closed"
        display.say_command(f"{what}; resume with", context.run.command)
        return stop_request.exit_code

    def _unfinished(self, total: int) -> int:
        return total - sum(record.state != "RUNNING" for record in self.study.records())

    def _planned(self) -> dict[Key, Candidate]:
        """All trainings, those of one seed next to each other."""
        return {(each.trial, seed): each for seed in self.plan.seeds for each in self.candidates}

    def _enqueue_missing(self) -> None:
        """Enqueue in the study each training that it does not have yet or that must be repeated."""
        steps = self.plan.steps
        records = {record.number: record for record in self.study.records()}
        tested, numbers = measured_accuracies(self.context.run.folder, self.plan), self._numbers()

        def has_checkpoint(number: int) -> bool:
            last = checkpoint_at(self.context.storage, number, steps)
            return last is not None and is_intact(last)

        def is_lost(number: int) -> bool:
            return number in records and must_repeat(records[number], partial(has_checkpoint, number))

        for key, candidate in self._planned().items():
            if key not in numbers or (key not in tested and is_lost(numbers[key])):
                changes = {"seed": key[1], "steps": steps}
                settings = candidate.config.override(changes, "the confirmation").model_dump(mode="json")
                self.study.study.enqueue_trial({}, user_attrs={START: settings, CANDIDATE: candidate.trial})

    def _numbers(self) -> dict[Key, int]:
        """Numbers of the trainings in the study; the latest if the study has a training twice."""
        return {
            (trial.user_attrs[CANDIDATE], trial.user_attrs[START]["seed"]): self.study.number(trial)
            for trial in self.study.trials()
        }

    def _train(self, display: ConfirmationDisplay, callback: SearchCallback, left: int, total: int) -> str:
        """Run the trainings that are left. Returns why it gave up, or an empty text."""
        context, config, concurrent = self.context, self.context.config, self.context.placement.concurrent
        earlier = self.study.records()
        refuse_other_versions(context.storage, earlier)
        searched = context.run.folder.read_trials()
        pace = searched["seconds"].sum() / max(1, searched["steps"].sum())
        seconds = upper_bound_seconds(left, self.plan.steps * pace, concurrent)
        display.say(
            f"{left} trainings of {self.plan.steps} steps on the whole training sets, {concurrent} side "
            f"by side: about {duration(seconds)} at the search's pace; the test sets stay closed until all have ended"
        )
        searcher = StudySearch(
            self.study,
            Space(),
            config.trial,
            metric=PROGRESS,
            seed=config.seed,
            trials=total,
            max_concurrent=concurrent,
            last_checkpoint=partial(newest_checkpoint, context.storage),
        )
        scheduler = make_scheduler(config, earlier, PROGRESS)
        tuner = make_tuner(context, searcher, scheduler, [callback], left, on_retry=display.say_of)
        callback.start(earlier)
        try:
            run_tuner(tuner)
        finally:
            callback.stop()
        return searcher.ended_early if searcher.gave_up else ""

    def _conclude(self, display: ConfirmationDisplay) -> int | None:
        """Test, write the files, print the table.

        Returns:
            The exit code, or None after a stop request before the test sets were opened.
        """
        context, folder = self.context, self.context.run.folder
        records = {record.number: record for record in self.study.records()}
        numbers = self._numbers()
        trainings = {key: records[numbers[key]] for key in self._planned()}
        ended = {key: record for key, record in trainings.items() if record.state == "COMPLETE"}
        if not ended:
            display.say(f"no training succeeded; the column 'error' of {context.folder.trials_file} says why")
            return 1
        wanted: dict[Key, TrialRecord | None] = {**ended, **{(None, seed): None for seed in self.plan.seeds}}
        measured = measure(wanted, self.plan, context, display.say)
        if measured is None:
            return None
        directions = context.data.train.directions
        searched = [
            name
            for name in measurable(context.data.train, context.config.direction)
            if any(name in by_direction for each in measured.accuracies.values() for by_direction in each.values())
        ]
        table = confirmation_table(self._rows(trainings, measured), directions, searched, self.plan.reader)
        results = candidate_results(table)
        about = {
            "command": context.run.command,
            "steps": self.plan.steps,
            "seeds": list(self.plan.seeds),
            "reader": self.plan.reader,
            "classifiers": ClassifierSettings.of(context.config.trial).description,
            "directions": searched,
            "data_fingerprint": context.data.fingerprint,
            "test_fingerprint": measured.fingerprint,
            "opening": measured.opening,
        } | provenance()
        write_confirmation(folder, table, confirmation_content(results, about))
        add_confirmation(folder, self.candidates[0].config, winner_remarks(results, self.plan))
        width = screen_width(context.console)
        display.say("")
        display.say(verdict_sentence(results), "bold")
        display.say("")
        display.show(verdict_lines(results, directions, self.plan, width))
        if found := measured_readers(results[0].metrics):
            display.show(reader_lines(results, found, directions, width))
        if len(self.plan.seeds) == 2:
            display.say("two seeds show almost nothing: confirm again with --seeds 5, which trains the missing ones")
        display.say(f"results: {folder.confirmation_table_file}, {folder.confirmation_file}")
        return 0

    def _rows(self, trainings: dict[Key, TrialRecord], measured: Measurement) -> list[TrainingRow]:
        return [
            TrainingRow(
                candidate.name,
                candidate.trial,
                seed,
                self.plan.steps,
                record.settings,
                measured.accuracies.get((candidate.trial, seed), {}),
                record.reports[-1].seconds if record.reports else 0.0,
                record.error,
            )
            for candidate in self.candidates
            for seed in self.plan.seeds
            if (record := trainings[candidate.trial, seed])
        ] + [
            TrainingRow(NO_TRANSLATION, None, seed, accuracies=measured.accuracies[None, seed])
            for seed in self.plan.seeds
        ]

"""The end of a search's run: the winner's files, the final table, and how to resume what is unfinished."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from math import isnan
from pathlib import Path
from statistics import fmean

from ray.exceptions import RayError

from lstnet_search.config import TrialConfig
from lstnet_search.config.metrics import TARGET, accuracy_name, read_name, searched_means
from lstnet_search.config.search import SearchConfig
from lstnet_search.errors import InputError, one_line
from lstnet_search.evaluation import Prepared
from lstnet_search.io.console import screen_width, wrapped
from lstnet_search.methods.registry import labels_itself
from lstnet_search.models.classifier import Classifiers
from lstnet_search.results.export.model import trained_network
from lstnet_search.results.export.winner import write_winner
from lstnet_search.results.formatting import difference, percent, shown, swap_sentence
from lstnet_search.results.screen.board import Board
from lstnet_search.results.screen.next_steps import advice, confirm_seconds, next_steps
from lstnet_search.results.screen.outcome import Outcome, weights_line
from lstnet_search.results.study.configurations import Ranking, ranked_by
from lstnet_search.results.study.pareto import front
from lstnet_search.results.study.records import TrialRecord
from lstnet_search.training import evaluated_state, read_state
from lstnet_search.tuning.classifiers import ClassifierTrainings
from lstnet_search.tuning.console.points_table import points_lines
from lstnet_search.tuning.console.search_display import SearchDisplay
from lstnet_search.tuning.context import SearchContext
from lstnet_search.tuning.failures.storage_errors import print_storage_problem
from lstnet_search.tuning.monitoring.search_callback import SearchCallback
from lstnet_search.tuning.study.objectives import objectives
from lstnet_search.tuning.trials.checkpoints import checkpoint_at

LIKELY_BEST = 5
"""How many of the likely best configurations are checked for swapped classes."""


def finish_search(context: SearchContext[Prepared], display: SearchDisplay, callback: SearchCallback) -> int:
    """Write the winner, print the table, and print how to resume what is unfinished.

    Returns:
        The exit code: 0 done; 1 if no trial is usable or the copy of the results is out of date; 128 + signal after a
        signal.
    """
    records = callback.write()
    ranking = ranked_by(records, context.metric)
    trials, resume_command = context.config.trials, context.run.resume_command
    unfinished = trials - sum(record.state != "RUNNING" for record in records)
    if ranking:
        winner = _Winner(context, display, records, ranking)
        winner.write()
        _print_outcome(context, display, records, ranking)
        for line in _swaps(ranking, records, context.metric):
            display.say(line, "yellow")
        failed = sum(record.state == "FAIL" for record in records)
        if failed:
            display.say(f"{failed} of {len(records)} trials failed; the column 'error' of trials.parquet says why")
        winner.warn_of_edges()
        if winner.written and not labels_itself(context.config.trial):
            winner.add_adapted(ended=unfinished <= 0)
    mirrored = callback.mirror()
    display.say(f"results: {context.folder.path}")
    if unfinished:
        display.say_command(f"{unfinished} of {trials} trials are unfinished; resume with", resume_command)
    elif ranking:
        _print_next_steps(context, display, records, ranking)
    if not mirrored:
        display.say_command(
            f"error: the copy in --storage is out of date, {context.folder.path} is up to date; resume with",
            resume_command,
        )
    if context.stop_request.storage_problem:
        return print_storage_problem(context.console, context.stop_request.storage_problem, resume_command)
    if context.stop_request.signal is not None:
        return context.stop_request.exit_code
    if not mirrored:
        return 1
    if not ranking and not unfinished:
        display.say("no trial succeeded; the column 'error' of trials.parquet says why")
        return 1
    return 0


def without_translation(config: SearchConfig, prepared: Prepared) -> dict[str, float]:
    """The scores of plain resizing, under every metric that a trial can be ranked by."""
    return prepared.baseline | searched_means(prepared.baseline, prepared.searched(config.direction))


def _print_outcome(
    context: SearchContext[Prepared], display: SearchDisplay, records: list[TrialRecord], ranking: Ranking
) -> None:
    config, metric, width = context.config, context.metric, screen_width(context.console)
    baseline = without_translation(config, context.data)
    if not config.space.dimensions:
        directions = context.data.directions
        display.show(points_lines(records, config.points, baseline, directions, metric, width))
        return
    board = Board(context.data.directions, metric, config.trial.steps)
    board.add_records(records)
    found = Outcome(
        ranking,
        board.standings,
        baseline,
        context.data.validation_images,
        context.data.directions,
        context.data.searched(config.direction),
        metric,
        config.trial.steps,
        config.trial.method,
    )
    display.say("")
    for sentence in found.sentences():
        display.say(sentence, "bold")
    display.say("")
    display.show(found.table(width))
    if config.direction == "pareto":
        best = front(ranking, records, metric, objectives(config, metric))
        display.say("Pareto front: any trial that is better in one direction is worse in the other")
        display.show(found.table(width, best.configurations))
    display.show(wrapped(found.others(), width, "  "))
    by_number = {record.number: record for record in records}
    display.show(wrapped(weights_line(by_number[ranking.best.shown_trial].settings), width, " " * 9))


def _swaps(ranking: Ranking, records: Sequence[TrialRecord], metric: str) -> Iterator[str]:
    """A line for each whole training of the likely best that swaps classes at its best report."""
    by_number = {record.number: record for record in records}
    for number in (number for each in ranking.configurations[:LIKELY_BEST] for number in each.whole_trials):
        report = by_number[number].best(metric) if by_number[number].state == "COMPLETE" else None
        if report is not None and (swaps := swap_sentence(report.metrics)):
            yield f"ALARM: trial {number}: {swaps}"


def _print_next_steps(
    context: SearchContext[Prepared], display: SearchDisplay, records: Sequence[TrialRecord], ranking: Ranking
) -> None:
    """Print the commands that a user may want next. An ablation has no winner to confirm."""
    config, folder = context.config, context.folder
    seconds = None
    if config.space.dimensions:
        trained = [record.reports[-1] for record in records if record.reports]
        pace = sum(report.seconds for report in trained), sum(report.step for report in trained)
        seconds = confirm_seconds(ranking, config.trial.steps, pace, context.placement.concurrent)
    steps = next_steps(
        folder,
        trials=config.trials,
        scheduler=config.scheduler,
        confirmed=folder.confirmation_file.is_file(),
        confirm_seconds=seconds,
    )
    display.say("")
    display.show(advice(list(steps), screen_width(context.console)))


def readers_line(reader: str, measured: Mapping[str, float], prepared: Prepared) -> Iterator[str]:
    """A line with a reader's accuracies, and their mean compared with plain resizing; none if it was not measured.

    Args:
        reader: its name.
        measured: validation accuracies, by metric.
        prepared: has the accuracies of plain resizing.
    """
    names = {each: read_name(reader, accuracy_name(each)) for each in prepared.directions}
    found = {each: measured[name] for each, name in names.items() if name in measured}
    if not found:
        return
    figures = "  ".join(f"{direction} {percent(value)}" for direction, value in found.items())
    mean, resized = fmean(found.values()), fmean(prepared.baseline[accuracy_name(each)] for each in found)
    gain = f"{difference(TARGET, mean - resized)} points compared with resizing"
    yield f"reader {reader}: {figures}  mean {percent(mean)}, {gain}"


class _Winner:
    """The likely best configuration of a search, and its files. Its model is that of its best seed."""

    def __init__(
        self,
        context: SearchContext[Prepared],
        display: SearchDisplay,
        records: Sequence[TrialRecord],
        ranking: Ranking,
    ) -> None:
        self.written = False
        """Whether its files are written."""
        self._context = context
        self._display = display
        self._ranking = ranking
        by_number = {record.number: record for record in records}
        trials = [by_number[number] for number in (ranking.best.best_trial, *ranking.best.whole_trials)]
        self._best = next(filter(self._is_saved, trials), trials[0])
        self._config = TrialConfig.parse(self._best.settings, f"trial {self._best.number}")
        report = self._best.best(context.metric)
        assert report is not None
        self._report = report

    def _is_saved(self, record: TrialRecord) -> bool:
        """Whether a trial has the checkpoint of its best report: those of trials that did not lead were deleted."""
        report = record.best(self._context.metric)
        return report is not None and checkpoint_at(self._context.storage, record.number, report.step) is not None

    def write(self, adapted: Classifiers = (None, None)) -> None:
        """Write the winner's files and say which trial it is, or say why they cannot be written."""
        try:
            measured = self._write_files(adapted)
        except InputError as error:  # the checkpoint is missing or damaged
            self._display.say(f"{error}: no model written")
            return
        self.written = True
        if any(adapted):
            self._say_readers(measured)
            return
        best = self._ranking.best
        several = f", trained with {len(best.scores)} seeds; its model is that of trial {best.best_trial}"
        model = several if len(best.scores) > 1 else ""
        prefix = "round_trip_accuracy_"
        labelled = ", ".join(
            f"{percent(share)} of {name.removeprefix(prefix)}"
            for name, share in measured.items()
            if name.startswith(prefix)
        )
        back = f"; after a round trip, {labelled} are labelled correctly" if labelled else ""
        self._display.say(f"best: trial {best.shown_trial}{model}{back}")

    def add_adapted(self, *, ended: bool) -> None:
        """Train the winner's adapted classifiers, and add them to its model. This takes long, so it comes last.

        Args:
            ended: whether all trials have ended; otherwise the classifiers have to wait.
        """
        context, prepared = self._context, self._context.data
        if not ended or context.stop_request.due:
            self._display.say("the model has no adapted classifiers yet: they are trained when all trials have ended")
            return
        sources = [prepared.directions.index(each) for each in prepared.searched(context.config.direction)]
        try:
            with self._checkpoint() as checkpoint:
                state = evaluated_state(read_state(checkpoint)[0])
            network = trained_network(self._config, prepared.shapes, prepared.classes, state)
            trainings = ClassifierTrainings(self._config, prepared.train, context.placement, context.stop_request)
            found = trainings.adapted({"best": (network, self._config.seed)}, sources, self._display.say)
        except (InputError, RayError) as error:
            self._display.say(f"the model has no adapted classifiers: {one_line(error)}")
            return
        if found is not None:
            self.write(found["best"])

    def warn_of_edges(self) -> None:
        """Say which of the winner's settings lie at the end of their range."""
        settings = self._best.settings | self._config.weights_after(self._config.steps)
        space = self._context.config.space
        values = space.values(settings)
        for name, edge in space.edges(settings).items():
            self._display.say(
                f"warning: the best {name}={values[name]:.4g} lies at the {edge} end of its range; "
                f"widen it in {self._context.config.space_file}"
            )

    def _write_files(self, adapted: Classifiers) -> dict[str, float]:
        """Write the winner's files; see `write_winner`.

        Raises:
            InputError: if its checkpoint is missing or damaged.
        """
        folder = self._context.folder
        with self._checkpoint() as checkpoint:
            return write_winner(
                self._config,
                self._report,
                checkpoint,
                self._context.data,
                config_file=folder.best_config_file,
                model=folder.best_model,
                pictures=None if self.written else folder.translations_file,
                remarks=self._remarks(),
                adapted=adapted,
            )

    @contextmanager
    def _checkpoint(self) -> Iterator[Path]:
        """The folder of the checkpoint of the winner's best report.

        Raises:
            InputError: if there is none: the search stopped between a report and its checkpoint.
        """
        number, step = self._best.number, self._report.step
        checkpoint = checkpoint_at(self._context.storage, number, step)
        if checkpoint is None:
            raise InputError(f"the checkpoint of trial {number} at step {step} is missing")
        with checkpoint.as_directory() as fetched:
            yield Path(fetched)

    def _say_readers(self, measured: Mapping[str, float]) -> None:
        """Print the accuracies of each reader with adapted classifiers, compared with no translation."""
        for reader in ("adapted", "both"):
            for line in readers_line(reader, measured, self._context.data):
                self._display.say(line)

    def _remarks(self) -> list[str]:
        metric, best, config = self._context.metric, self._ranking.best, self._config
        remarks = [
            f"trial {self._best.number} of search {self._context.folder.path.name}",
            f"best by {metric}: {shown(metric, self._report.metrics[metric])}",
        ]
        if not isnan(best.deviation):
            low, high = (shown(metric, end) for end in best.interval)
            remarks.append(f"expected with another seed: {shown(metric, best.expected)} (95 % {low} to {high})")
        if self._context.config.space.dimensions:
            remarks.append(self._ranking.verdict(metric))
        if config.schedule:
            steps = ", ".join(str(change.step) for change in config.schedule)
            remarks.append(
                f"weights change after step {steps}; seed and first weights are those of the trial it began in"
            )
        return remarks

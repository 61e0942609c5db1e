"""The end of a search's run: the winner's files, the final table, and how to resume what is unfinished."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ray.exceptions import RayError

from lstnet_search.config import TrialConfig
from lstnet_search.config.metrics import accuracy_name, read_name
from lstnet_search.config.search import SearchConfig
from lstnet_search.errors import InputError, one_line
from lstnet_search.evaluation import Prepared, searched_means
from lstnet_search.methods.registry import labels_itself
from lstnet_search.models.classifier import Classifiers
from lstnet_search.results.export.model import trained_network
from lstnet_search.results.export.winner import write_winner
from lstnet_search.results.formatting import percent, shown
from lstnet_search.results.study.pareto import front
from lstnet_search.results.study.records import ReportRecord, TrialRecord, ranked
from lstnet_search.training import evaluated_state, read_state
from lstnet_search.tuning.classifiers import ClassifierTrainings
from lstnet_search.tuning.console.points_table import points_table
from lstnet_search.tuning.console.search_display import SearchDisplay, summary
from lstnet_search.tuning.context import SearchContext
from lstnet_search.tuning.failures.storage_errors import print_storage_problem
from lstnet_search.tuning.monitoring.search_callback import SearchCallback
from lstnet_search.tuning.study.objectives import objectives
from lstnet_search.tuning.trials.checkpoints import checkpoint_at


def finish_search(context: SearchContext[Prepared], display: SearchDisplay, callback: SearchCallback) -> int:
    """Write the winner, print the table, and print how to resume what is unfinished.

    Returns:
        The exit code: 0 done; 1 if no trial is usable or the copy of the results is out of date; 128 + signal after a
        signal.
    """
    records = callback.write()
    order = ranked(records, context.metric)
    trials, resume_command = context.config.trials, context.run.resume_command
    unfinished = trials - sum(record.state != "RUNNING" for record in records)
    if order:
        written = _write_winner(context, display, order[0])
        _print_table(context, records)
        _warn_of_edges(context, display, order[0])
        if written and not labels_itself(context.config.trial):
            _add_adapted(context, display, order[0], ended=unfinished <= 0)
    mirrored = callback.mirror()
    display.say(f"results: {context.folder.path}")
    if unfinished:
        display.say(f"{unfinished} of {trials} trials are unfinished; resume with: {resume_command}")
    if not mirrored:
        display.say(
            f"error: the copy in --storage is out of date, {context.folder.path} is up to date; "
            f"resume with: {resume_command}"
        )
    if context.stop_request.storage_problem:
        return print_storage_problem(context.console, context.stop_request.storage_problem, resume_command)
    if context.stop_request.signal is not None:
        return context.stop_request.exit_code
    if not mirrored:
        return 1
    if not order and not unfinished:
        display.say("no trial succeeded; the column 'error' of trials.parquet says why")
        return 1
    return 0


def without_translation(config: SearchConfig, prepared: Prepared) -> dict[str, float]:
    """The scores of plain resizing, under every metric that a trial can be ranked by."""
    return prepared.baseline | searched_means(prepared.baseline, prepared.searched(config.direction))


def _print_table(context: SearchContext[Prepared], records: list[TrialRecord]) -> None:
    config, directions, metric = context.config, context.data.directions, context.metric
    baseline = without_translation(config, context.data)
    if not config.space.dimensions:
        context.console.print(points_table(records, config.points, baseline, directions, metric, config.repeats))
        return
    title = "validation accuracy at each trial's best report"
    if config.repeats > 1:
        title += f", means over {config.repeats} seeds"
    context.console.print(summary(records, baseline, directions, metric, title=title))
    if config.direction == "pareto":
        best = front(records, metric, objectives(config, metric))
        title = "Pareto front: any trial that is better in one direction is worse in the other"
        context.console.print(summary(best, baseline, directions, metric, count=len(best), title=title))


def _write_winner(
    context: SearchContext[Prepared], display: SearchDisplay, best: TrialRecord, adapted: Classifiers = (None, None)
) -> bool:
    """Write the winner's files, and say what it is; or why that is impossible. Returns whether they are written."""
    try:
        measured = _write_files(context, best, adapted)
    except InputError as error:  # the checkpoint is missing or damaged
        display.say(f"{error}: no model written")
        return False
    if any(adapted):
        for reader in ("adapted", "both"):
            found = {each: measured.get(read_name(reader, accuracy_name(each))) for each in context.data.directions}
            figures = "  ".join(f"{name} {percent(value)}" for name, value in found.items() if value is not None)
            if figures:
                display.say(f"reader {reader}: {figures}")
        return True
    repeats = context.config.repeats
    model = "" if repeats == 1 else f"; its model is that of the first of {repeats} seeds"
    prefix = "round_trip_accuracy_"
    labelled = ", ".join(
        f"{percent(share)} of {name.removeprefix(prefix)}"
        for name, share in measured.items()
        if name.startswith(prefix)
    )
    back = f"; after a round trip, {labelled} are labelled correctly" if labelled else ""
    display.say(f"best: trial {best.number}{model}{back}")
    return True


def _write_files(context: SearchContext[Prepared], best: TrialRecord, adapted: Classifiers) -> dict[str, float]:
    """Write the winner's files; see `write_winner`.

    Raises:
        InputError: if its checkpoint is missing or damaged.
    """
    report = best.best(context.metric)
    assert report is not None
    config = TrialConfig.parse(best.settings, f"trial {best.number}")
    with _checkpoint(context, best) as checkpoint:
        return write_winner(
            config,
            report,
            checkpoint,
            context.data,
            config_file=context.folder.best_config_file,
            model=context.folder.best_model,
            pictures=context.folder.translations_file,
            remarks=_remarks(context, best, report, config),
            adapted=adapted,
        )


@contextmanager
def _checkpoint(context: SearchContext[Prepared], best: TrialRecord) -> Iterator[Path]:
    """The folder of the checkpoint of a trial's best report.

    Raises:
        InputError: if there is none: the search stopped between a report and its checkpoint.
    """
    report = best.best(context.metric)
    assert report is not None
    checkpoint = checkpoint_at(context.storage, best.number, report.step)
    if checkpoint is None:
        raise InputError(f"the checkpoint of trial {best.number} at step {report.step} is missing")
    with checkpoint.as_directory() as fetched:
        yield Path(fetched)


def _add_adapted(context: SearchContext[Prepared], display: SearchDisplay, best: TrialRecord, *, ended: bool) -> None:
    """Train the winner's adapted classifiers, and add them to its model. They take their time, so they come last."""
    if not ended or context.stop_request.due:
        display.say("the model has no adapted classifiers yet: they are trained when all trials have ended")
        return
    config, prepared = TrialConfig.parse(best.settings, f"trial {best.number}"), context.data
    sources = [prepared.directions.index(each) for each in prepared.searched(context.config.direction)]
    try:
        with _checkpoint(context, best) as checkpoint:
            state = evaluated_state(read_state(checkpoint)[0])
        network = trained_network(config, prepared.shapes, prepared.classes, state)
        trainings = ClassifierTrainings(config, prepared.train, context.placement, context.stop_request)
        found = trainings.adapted({"best": (network, config.seed)}, sources, display.say)
    except (InputError, RayError) as error:
        display.say(f"the model has no adapted classifiers: {one_line(error)}")
        return
    if found is not None:
        _write_winner(context, display, best, found["best"])


def _remarks(
    context: SearchContext[Prepared], best: TrialRecord, report: ReportRecord, config: TrialConfig
) -> list[str]:
    metric, repeats = context.metric, context.config.repeats
    remarks = [
        f"trial {best.number} of search {context.folder.path.name}",
        f"best by {metric}{'' if repeats == 1 else ', mean over seeds'}: {shown(metric, report.metrics[metric])}",
    ]
    if repeats > 1:
        remarks.append(f"trained with {repeats} seeds; settings, model and its accuracies are those of the first seed")
    if config.schedule:
        steps = ", ".join(str(change.step) for change in config.schedule)
        remarks.append(f"weights change after step {steps}; seed and first weights are those of the trial it began in")
    return remarks


def _warn_of_edges(context: SearchContext[Prepared], display: SearchDisplay, best: TrialRecord) -> None:
    config = TrialConfig.parse(best.settings, f"trial {best.number}")
    settings = best.settings | config.weights_after(config.steps)
    space = context.config.space
    values = space.values(settings)
    for name, edge in space.edges(settings).items():
        display.say(
            f"warning: the best {name}={values[name]:.4g} lies at the {edge} end of its range; "
            f"widen it in {context.config.space_file}"
        )

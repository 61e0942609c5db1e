"""What concludes a search: its winner, its table, and what is left to do."""

from pathlib import Path

from rich.console import Console

from lstnet_search.config import TrialConfig
from lstnet_search.config.search import SearchConfig
from lstnet_search.errors import InputError
from lstnet_search.evaluation import Prepared, searched_means
from lstnet_search.results.export.winner import write_winner
from lstnet_search.results.folder.folder import ResultsFolder
from lstnet_search.results.folder.storage import Storage
from lstnet_search.results.formatting import percent, shown
from lstnet_search.results.study.pareto import front
from lstnet_search.results.study.records import ReportRecord, TrialRecord, ranked
from lstnet_search.tuning.console.points_table import comparison
from lstnet_search.tuning.console.search_display import Display, summary
from lstnet_search.tuning.failures.storage_errors import say_no_writes
from lstnet_search.tuning.monitoring.search_callback import Watch
from lstnet_search.tuning.monitoring.stop_request import Stopping
from lstnet_search.tuning.study.objectives import objectives
from lstnet_search.tuning.trials.checkpoints import checkpoint_at


class Conclusion:
    """The end of one run of a search, however it ended."""

    def __init__(
        self,
        config: SearchConfig,
        folder: ResultsFolder,
        going_on: str,
        storage: Storage,
        prepared: Prepared,
        console: Console,
        metric: str,
    ) -> None:
        """Conclude a search.

        Args:
            config: of the search.
            folder: of its results.
            going_on: the command that goes on with it.
            storage: where its checkpoints are.
            prepared: what it trained on.
            console: to print on.
            metric: by which its trials are ranked.
        """
        self._config = config
        self._folder = folder
        self._going_on = going_on
        self._storage = storage
        self._prepared = prepared
        self._console = console
        self._metric = metric

    def conclude(self, display: Display, watch: Watch, stopping: Stopping) -> int:
        """Write the winner, print the table, and say what is left to do; the exit code."""
        records = watch.write()
        order = ranked(records, self._metric)
        if order:
            self._write_winner(display, order[0])
            self._print_table(records, without_translation(self._config, self._prepared))
            self._warn_of_edges(display, order[0])
        unfinished = self._config.trials - sum(record.state != "RUNNING" for record in records)
        mirrored = watch.mirror()
        display.say(f"results: {self._folder.path}")
        if unfinished:
            display.say(f"{unfinished} of {self._config.trials} trials are unfinished; go on with: {self._going_on}")
        if not mirrored:
            display.say(
                f"error: the copy in --storage is not up to date, {self._folder.path} is; go on: {self._going_on}"
            )
        if stopping.no_writes:
            return self.say_no_writes(stopping.no_writes)
        if stopping.signal is not None:
            return stopping.exit_code
        if not mirrored:
            return 1
        if not order and not unfinished:
            display.say("no trial succeeded; the column 'error' of trials.parquet says why")
            return 1
        return 0

    def say_no_writes(self, why: str) -> int:
        """Say that nothing could be written, and how to go on; the exit code."""
        return say_no_writes(self._console, why, self._going_on)

    def _print_table(self, records: list[TrialRecord], baseline: dict[str, float]) -> None:
        directions = self._prepared.directions
        if not self._config.space.dimensions:
            points, repeats = self._config.points, self._config.repeats
            self._console.print(comparison(records, points, baseline, directions, self._metric, repeats))
            return
        title = "validation accuracy at each trial's best report"
        if self._config.repeats > 1:
            title += f", means over {self._config.repeats} seeds"
        self._console.print(summary(records, baseline, directions, self._metric, title=title))
        if self._config.direction == "pareto":
            best = front(records, self._metric, objectives(self._config, self._metric))
            title = "Pareto front: whatever is better than one of these one way is worse the other"
            self._console.print(summary(best, baseline, directions, self._metric, count=len(best), title=title))

    def _write_winner(self, display: Display, best: TrialRecord) -> None:
        report = best.best(self._metric)
        assert report is not None
        repeats = self._config.repeats
        checkpoint = checkpoint_at(self._storage, best.number, report.step)
        if checkpoint is None:  # stopped between a report and its checkpoint
            display.say(f"the checkpoint of trial {best.number} at step {report.step} is missing: no model written")
            return
        config = TrialConfig.parse(best.settings, f"trial {best.number}")
        try:
            with checkpoint.as_directory() as fetched:
                round_trips = write_winner(
                    config,
                    report,
                    Path(fetched),
                    self._prepared,
                    config_file=self._folder.best_config_file,
                    model=self._folder.best_model,
                    pictures=self._folder.translations_file,
                    remarks=self._remarks(best, report, config),
                )
        except InputError as error:  # it is damaged
            display.say(f"{error}: no model written")
            return
        labelled = ", ".join(
            f"{percent(share)} of {name.removeprefix('round_trip_accuracy_')}" for name, share in round_trips.items()
        )
        model = "" if repeats == 1 else f", whose model is that of the first of {repeats} seeds"
        back = f"; after a round trip {labelled} are labelled right" if round_trips else ""
        display.say(f"best: trial {best.number}{model}{back}")

    def _remarks(self, best: TrialRecord, report: ReportRecord, config: TrialConfig) -> list[str]:
        remarks = [
            f"trial {best.number} of search {self._folder.path.name}",
            f"best by {self._metric}: {shown(self._metric, report.metrics[self._metric])}",
        ]
        if self._config.repeats > 1:
            remarks.append(f"means over {self._config.repeats} seeds; settings, model and round trips are of the first")
        if config.schedule:
            steps = ", ".join(str(change.step) for change in config.schedule)
            remarks.append(f"weights change after step {steps}; seed and first weights are of the trial it began in")
        return remarks

    def _warn_of_edges(self, display: Display, best: TrialRecord) -> None:
        config = TrialConfig.parse(best.settings, f"trial {best.number}")
        settings = best.settings | config.weights_after(config.steps)
        values = self._config.space.values(settings)
        for name, edge in self._config.space.edges(settings).items():
            display.say(
                f"warning: the best {name}={values[name]:.4g} lies at the {edge} end of its range; "
                f"widen it in {self._config.space_file}"
            )


def without_translation(config: SearchConfig, prepared: Prepared) -> dict[str, float]:
    """What plain resizing reaches, under all names that a trial can be ranked by."""
    return prepared.baseline | searched_means(prepared.baseline, prepared.searched(config.direction))

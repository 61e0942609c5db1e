"""The commands that a user may want next, and how long a confirmation takes."""

import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import ceil

from rich.cells import cell_len

from lstnet_search.config.search import POPULATION_SCHEDULERS, SearchConfig
from lstnet_search.io.console import command_lines
from lstnet_search.io.program import installed_program, study_argument
from lstnet_search.results.folder.folder import ResultsFolder
from lstnet_search.results.formatting import duration
from lstnet_search.results.screen.layout import pair
from lstnet_search.results.study.configurations import Ranking
from lstnet_search.results.study.records import PAPER_TRIAL

CONFIRM_SEEDS = 3
LABEL_WIDTH = 14


@dataclass(frozen=True)
class Step:
    """A line of advice.

    Attributes:
        question: what the command answers.
        command: words of the command, or a path alone.
        remark: what stands after it.
    """

    question: str
    command: Sequence[str]
    remark: str = ""


def headline(search: SearchConfig) -> str:
    """What is searched, and that it can be stopped."""
    trials = f"{search.trials} trials × {search.trial.steps} steps"
    return f"{pair(search.trial.domain_names)} · {trials} · Ctrl-C stops, nothing is lost"


def next_steps(
    folder: ResultsFolder, *, trials: int, scheduler: str, confirmed: bool, confirm_seconds: float | None = None
) -> Iterator[Step]:
    """What to do with a search that has ended.

    Args:
        folder: the results folder.
        trials: number of trials of the search.
        scheduler: its scheduler. A population cannot be enlarged.
        confirmed: whether a confirmation has been made.
        confirm_seconds: how long the confirmation takes; None if only given points were tried, so none is a winner.
    """
    program, study = installed_program(), study_argument(folder.path)
    if confirm_seconds is not None and not confirmed:
        words = [program, "confirm", study, "--top", "1", "--seeds", str(CONFIRM_SEEDS)]
        yield Step("is it real?", words, f"~ {duration(confirm_seconds)}")
    yield Step("see it all", [program, "report", study])
    if folder.best_model.with_suffix(".safetensors").is_file():
        yield Step("use it", [program, "predict", "--model", study, "--input", "FOLDER", "--output", "labels.parquet"])
    if confirm_seconds is not None and scheduler not in POPULATION_SCHEDULERS:
        yield Step("go on", shlex.split(folder.resume_command("--add-trials", str(max(6, trials)))))
    if folder.translations_file.is_file():
        yield Step("look", [str(folder.translations_file)])


def confirm_seconds(ranking: Ranking, steps: int, pace: tuple[float, int], concurrent: int) -> float:
    """Seconds that the confirmation proposed by `next_steps` takes.

    Args:
        ranking: the search's ranking. The best and the paper's weights are trained, once if they are the same.
        steps: steps of a training.
        pace: seconds and steps that the search has trained.
        concurrent: trainings that run side by side.
    """
    candidates = 1 if ranking.best.number == PAPER_TRIAL else 2
    seconds, trained = pace
    return ceil(candidates * CONFIRM_SEEDS / max(1, concurrent)) * steps * seconds / max(1, trained)


def advice(steps: Sequence[Step], width: int) -> list[str]:
    """Lines of at most a width. A command that needs several can be pasted as it is."""
    lines = []
    for index, step in enumerate(steps):
        label = f"{'next' if not index else '':<6}{step.question:<{LABEL_WIDTH - 2}} "
        command = shlex.join(step.command)
        line = f"{label}{command}"
        room = width - cell_len(line)
        if room >= (len(step.remark) + 2 if step.remark else 0):
            lines.append(line + step.remark.rjust(room) if step.remark else line)
        else:
            lines += [f"{label}{step.remark}".rstrip(), *command_lines(command, width)]
    return lines

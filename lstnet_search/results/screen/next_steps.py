"""The commands that a user may want next, with the time that a confirmation takes."""

import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import ceil

from rich.cells import cell_len

from lstnet_search.config.search import SearchConfig
from lstnet_search.io.console import command_lines
from lstnet_search.io.program import installed_program, study_argument
from lstnet_search.results.folder.folder import ResultsFolder
from lstnet_search.results.formatting import duration
from lstnet_search.results.screen.layout import pair

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
    folder: ResultsFolder, *, trials: int, confirmed: bool, confirm_seconds: float | None = None
) -> Iterator[Step]:
    """What to do with a search that has ended.

    Args:
        folder: the results folder.
        trials: number of trials of the search.
        confirmed: whether a confirmation has been made.
        confirm_seconds: how long the confirmation takes; None for given points, of which none is to be found.
    """
    program, study = installed_program(), study_argument(folder.path)
    if confirm_seconds is not None and not confirmed:
        words = [program, "confirm", study, "--top", "1", "--seeds", str(CONFIRM_SEEDS)]
        yield Step("is it real?", words, f"~ {duration(confirm_seconds)}")
    yield Step("see it all", [program, "report", study])
    if folder.best_model.with_suffix(".safetensors").is_file():
        yield Step("use it", [program, "predict", "--model", study, "--input", "FOLDER", "--output", "labels.parquet"])
    if confirm_seconds is not None:
        where = () if str(folder.path.parent) == "results" else ("--results-dir", str(folder.path.parent))
        words = [program, "search", "--name", folder.path.name, *where, "--resume", "--add-trials", str(max(6, trials))]
        yield Step("go on", words)
    if folder.translations_file.is_file():
        yield Step("look", [str(folder.translations_file)])


def confirm_seconds(candidates: int, steps: int, seconds_per_step: float, concurrent: int) -> float:
    """How long a confirmation of some candidates takes at the pace of the search, as `next_steps` proposes it."""
    return ceil(candidates * CONFIRM_SEEDS / max(1, concurrent)) * steps * seconds_per_step


def advice(steps: Sequence[Step], width: int) -> list[str]:
    """Lines of at most a width. A command that needs several can be pasted as it is."""
    lines = []
    for index, step in enumerate(steps):
        label = f"{'next' if not index else '':<6}{step.question:<{LABEL_WIDTH - 2}} "
        command = shlex.join(step.command)
        line = f"{label}{command}"
        if cell_len(line) > width:
            lines += [label.rstrip(), *command_lines(command, width)]
        elif step.remark and cell_len(line) + 2 + len(step.remark) <= width:
            lines.append(line + step.remark.rjust(width - cell_len(line)))
            continue
        else:
            lines.append(line)
        if step.remark:
            lines.append(step.remark.rjust(min(width, 80)))
    return lines

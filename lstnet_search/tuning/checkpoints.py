"""Finding the checkpoints of a search, whichever run of it wrote them."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from lstnet_search.config import InputError
from lstnet_search.training import read_header, read_state


def trial_folder(number: int) -> str:
    """The name of a trial's folder below a run's."""
    return f"trial_{number:05d}"


def run_name(tune_folder: Path) -> str:
    """The name of the next run's folder: each run of a search writes into a new one."""
    runs = [int(path.name.removeprefix("run_")) for path in tune_folder.glob("run_*")]
    return f"run_{max(runs, default=0) + 1:03d}"


def checkpoints(tune_folder: Path, number: int) -> Iterator[tuple[Path, dict[str, Any]]]:
    """Checkpoints of a trial with their headers, those of unreadable headers left out."""
    for path in tune_folder.glob(f"run_*/{trial_folder(number)}/checkpoint_*"):
        try:
            yield path, read_header(path)
        except InputError:  # being written, or cut short: then it is not there
            continue


def newest_checkpoint(tune_folder: Path, number: int) -> Path | None:
    """The furthest checkpoint of a trial that is whole; None where there is none."""
    found = sorted(checkpoints(tune_folder, number), key=lambda item: -item[1]["step"])
    for path, _ in found:
        try:
            read_state(path)
        except InputError:
            continue
        return path
    return None


def checkpoint_at(tune_folder: Path, number: int, step: int) -> Path | None:
    """The checkpoint of a trial's report; None where it was not kept."""
    matching = (path for path, header in checkpoints(tune_folder, number) if header["step"] == step)
    return next(matching, None)

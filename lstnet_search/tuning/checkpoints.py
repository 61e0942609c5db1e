"""Finding the checkpoints of a search, whichever run of it wrote them."""

import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from lstnet_search.config import InputError
from lstnet_search.results.records import TrialRecord
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
    # One that was taken over from another trial comes after its own of the same step.
    found = sorted(
        checkpoints(tune_folder, number), key=lambda item: (-item[1]["step"], item[1].get("trial") == number)
    )
    for path, _ in found:
        try:
            read_state(path)
        except InputError:
            continue
        return path
    return None


def checkpoint_at(tune_folder: Path, number: int, step: int) -> Path | None:
    """The checkpoint of a trial's report; None where it was not kept."""
    matching = (
        path
        for path, header in checkpoints(tune_folder, number)
        if header["step"] == step and header.get("trial", number) == number
    )
    return next(matching, None)


def take_over(checkpoint: Path, folder: Path, donor: int, step: int) -> Path:
    """Copy a donor's checkpoint into a trial's folder, whole, in place of one that it took over earlier."""
    target = folder / f"{_TAKEN_OVER}{donor}_{step}"
    unfinished = folder / f"unfinished_{target.name}"
    shutil.copytree(checkpoint, unfinished)
    unfinished.rename(target)
    for other in folder.glob(f"{_TAKEN_OVER}*"):
        if other != target:
            shutil.rmtree(other)
    return target


def drop_unnoted(tune_folder: Path, records: Sequence[TrialRecord]) -> None:
    """Remove copies that a search died over before it noted what they are for."""
    for record in records:
        noted = {f"{_TAKEN_OVER}{exploit.donor}_{exploit.step}" for exploit in record.exploits}
        for path in tune_folder.glob(f"run_*/{trial_folder(record.number)}/{_TAKEN_OVER}*"):
            if path.name not in noted:
                shutil.rmtree(path)


_TAKEN_OVER = "checkpoint_taken_from_"
"""Begins the name of a checkpoint that a trial took over, then the donor's number and the step."""

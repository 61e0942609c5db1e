"""Finding the checkpoints of a search, whichever run of it wrote them and wherever they are."""

import re
from collections.abc import Collection, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from pyarrow import fs
from ray.tune import Checkpoint

from lstnet_search.errors import InputError, VersionError
from lstnet_search.evaluation.samples import SAMPLES_FILE
from lstnet_search.results.folder.storage import Storage
from lstnet_search.results.study.records import TrialRecord
from lstnet_search.training import FILES, HEADER, parse_header, read_state
from lstnet_search.tuning.failures.storage_retry import outlast, unwritable

_CHECKPOINT = re.compile(r"/run_\d+/trial_(\d+)/checkpoint_[^/]+$")


def trial_folder(number: int) -> str:
    """The name of a trial's folder below a run's."""
    return f"trial_{number:05d}"


def run_name(storage: Storage) -> str:
    """The name of the next run's folder: each run of a search writes into a new one."""
    matches = (re.fullmatch(r"run_(\d{1,9})", info.base_name) for info in _below(storage, recursive=False))
    return f"run_{max((int(match[1]) for match in matches if match), default=0) + 1:03d}"


def checkpoints(storage: Storage, number: int) -> Iterator[tuple[Checkpoint, dict[str, Any]]]:
    """Checkpoints of a trial with their headers, those of unreadable headers left out."""
    return _readable(storage, {number}, other_versions=True)


def refuse_other_versions(storage: Storage, records: Sequence[TrialRecord]) -> None:
    """Refuse checkpoints that this version cannot read, of trials that are to go on.

    Raises:
        VersionError: if there is one.
    """
    for _ in _readable(storage, {record.number for record in records if record.state == "RUNNING"}):
        pass


def _readable(
    storage: Storage, numbers: Collection[int], other_versions: bool = False
) -> Iterator[tuple[Checkpoint, dict[str, Any]]]:
    """Checkpoints of trials with their headers; those of other format versions are left out, or refused."""
    for path, trial in _found(storage):
        if trial in numbers:
            try:
                checkpoint = Checkpoint(path, storage.filesystem)
                yield checkpoint, header_of(checkpoint)
            except InputError as error:  # being written, or cut short: then it is not there
                if unwritable(error) or (isinstance(error, VersionError) and not other_versions):
                    raise


def newest_checkpoint(storage: Storage, number: int, at_most: float = float("inf")) -> str | None:
    """The path of the furthest checkpoint of a trial that is whole; None where there is none.

    Args:
        storage: where checkpoints are.
        number: of the trial.
        at_most: step that it must not be beyond.

    Raises:
        VersionError: if one is of another format version.
        InputError: if the storage does not answer, for longer than is waited.
    """
    return outlast(partial(_newest, storage, number, at_most))


def _newest(storage: Storage, number: int, at_most: float) -> str | None:
    # One that was taken over from another trial comes after its own of the same step.
    found = sorted(_readable(storage, {number}), key=lambda item: (-item[1]["step"], item[1].get("trial") == number))
    for checkpoint, header in found:
        if header["step"] <= at_most and is_whole(checkpoint):
            return str(checkpoint.path)
    return None


def is_whole(checkpoint: Checkpoint) -> bool:
    """Whether a checkpoint can be gone on from, by all that it holds.

    Raises:
        InputError: if the storage does not answer.
    """
    try:
        with checkpoint.as_directory() as folder:
            read_state(Path(folder))
    except InputError as error:
        if unwritable(error):
            raise
        return False
    return True


def checkpoint_at(storage: Storage, number: int, step: int) -> Checkpoint | None:
    """The checkpoint of a trial's report; None where it was not kept."""
    matching = (
        checkpoint
        for checkpoint, header in checkpoints(storage, number)
        if header["step"] == step and header.get("trial", number) == number
    )
    return next(matching, None)


def take_over(checkpoint: Checkpoint, folder: str, donor: int, step: int) -> Checkpoint:
    """Copy a donor's checkpoint into a trial's folder, in place of one that it took over earlier.

    A copy that is cut short does not have the digest of its header, and is passed over.
    """
    filesystem = checkpoint.filesystem
    assert filesystem is not None
    target = f"{folder}/{_TAKEN_OVER}{donor}_{step}"
    filesystem.create_dir(target, recursive=True)
    for info in filesystem.get_file_info(fs.FileSelector(checkpoint.path)):
        if info.base_name in (*FILES, SAMPLES_FILE):  # not what someone else put there, for Ray restores from the copy
            filesystem.copy_file(info.path, f"{target}/{info.base_name}")
    for other in filesystem.get_file_info(fs.FileSelector(folder)):
        if other.base_name.startswith(_TAKEN_OVER) and other.path != target:
            filesystem.delete_dir(other.path)
    return Checkpoint(target, filesystem)


def drop_unnoted(storage: Storage, records: Sequence[TrialRecord]) -> None:
    """Remove checkpoints that the study knows nothing of.

    Those are copies that a search died over before it noted what they are for, and whatever another run left of trials
    whose numbers this one gives anew: its machine was lost, and the last lines of its study with it.
    """
    known = {record.number for record in records}
    noted = {
        (record.number, f"{_TAKEN_OVER}{exploit.donor}_{exploit.step}")
        for record in records
        for exploit in record.exploits
    }
    for path, number in _found(storage):
        name = path.rpartition("/")[2]
        if number not in known or (name.startswith(_TAKEN_OVER) and (number, name) not in noted):
            storage.filesystem.delete_dir(path)


_TAKEN_OVER = "checkpoint_taken_from_"
"""Begins the name of a checkpoint that a trial took over, then the donor's number and the step."""


def discard(storage: Storage, numbers: Collection[int]) -> None:
    """Delete the checkpoints of trials."""
    for path, trial in _found(storage):
        if trial in numbers:
            storage.filesystem.delete_dir(path)


def _found(storage: Storage) -> list[tuple[str, int]]:
    """Paths of all checkpoints with their trials' numbers."""
    matches = ((info.path, _CHECKPOINT.search(info.path)) for info in _below(storage, recursive=True))
    return [(path, int(match[1])) for path, match in matches if match]


def _below(storage: Storage, recursive: bool) -> list[fs.FileInfo]:
    selector = fs.FileSelector(storage.tune, recursive=recursive, allow_not_found=True)
    return list(storage.filesystem.get_file_info(selector))


def header_of(checkpoint: Checkpoint) -> dict[str, Any]:
    """The header of a checkpoint.

    Raises:
        VersionError: if it is of another format version.
        InputError: if it is missing or unreadable.
    """
    where = f"{checkpoint.path}/{HEADER}"
    assert checkpoint.filesystem is not None
    try:
        with checkpoint.filesystem.open_input_stream(where) as stream:
            return parse_header(stream.read(), where)
    except OSError as error:
        raise InputError(f"{where} cannot be read: {error}") from error

"""Finding the checkpoints of a search, whichever run wrote them and wherever they are."""

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
from lstnet_search.tuning.failures.storage_retry import is_unavailable, retry_while_unavailable

_CHECKPOINT = re.compile(r"/run_\d+/trial_(\d+)/checkpoint_[^/]+$")

_COPIED = "checkpoint_taken_from_"
"""First part of the name of a copied checkpoint. The donor's number and the step follow."""


def trial_folder(number: int) -> str:
    """Name of a trial's folder inside a run's folder."""
    return f"trial_{number:05d}"


def run_name(storage: Storage) -> str:
    """Name of the next run's folder. Each run of a search writes into a new one."""
    matches = (re.fullmatch(r"run_(\d{1,9})", info.base_name) for info in _listing(storage, recursive=False))
    return f"run_{max((int(match[1]) for match in matches if match), default=0) + 1:03d}"


def refuse_other_versions(storage: Storage, records: Sequence[TrialRecord]) -> None:
    """Refuse to continue trials whose checkpoints this version cannot read.

    Raises:
        VersionError: if there is such a checkpoint.
    """
    for _ in _with_headers(storage, {record.number for record in records if record.state == "RUNNING"}):
        pass


def newest_checkpoint(storage: Storage, number: int, at_most: float = float("inf")) -> str | None:
    """Path of a trial's intact checkpoint with the most steps, or None.

    Args:
        storage: where the checkpoints are.
        number: number of the trial.
        at_most: step that the checkpoint must not exceed.

    Raises:
        VersionError: if a checkpoint has another format version.
        InputError: if the storage is unavailable for longer than the retries last.
    """
    return retry_while_unavailable(partial(_newest, storage, number, at_most))


def _newest(storage: Storage, number: int, at_most: float) -> str | None:
    # A checkpoint that was copied from another trial replaces the trial's own of the same step.
    found = sorted(
        _with_headers(storage, {number}), key=lambda item: (-item[1]["step"], item[1].get("trial") == number)
    )
    for checkpoint, header in found:
        if header["step"] <= at_most and is_intact(checkpoint):
            return str(checkpoint.path)
    return None


def is_intact(checkpoint: Checkpoint) -> bool:
    """Whether all files of a checkpoint can be read.

    Raises:
        InputError: if the storage is unavailable.
    """
    try:
        with checkpoint.as_directory() as folder:
            read_state(Path(folder))
    except InputError as error:
        if is_unavailable(error):
            raise
        return False
    return True


def checkpoint_at(storage: Storage, number: int, step: int) -> Checkpoint | None:
    """The checkpoint that belongs to a trial's report at a step, or None if it was not kept.

    A run that had to train a step again has one of its own; the latest run's belongs to the report.
    """
    matching = (
        checkpoint
        for checkpoint, header in _with_headers(storage, {number}, skip_other_versions=True)
        if header["step"] == step and header.get("trial", number) == number
    )
    return max(matching, key=lambda checkpoint: str(checkpoint.path), default=None)


def copy_from_donor(checkpoint: Checkpoint, folder: str, donor: int, step: int) -> Checkpoint:
    """Copy a donor's checkpoint into a trial's folder, and delete what the trial copied before.

    An incomplete copy does not match the digest in its header, and is skipped when checkpoints are looked for.
    """
    filesystem = checkpoint.filesystem
    assert filesystem is not None
    target = f"{folder}/{_COPIED}{donor}_{step}"
    filesystem.create_dir(target, recursive=True)
    for info in filesystem.get_file_info(fs.FileSelector(checkpoint.path)):
        if info.base_name in (*FILES, SAMPLES_FILE):  # not foreign files: Ray restores from the copy
            filesystem.copy_file(info.path, f"{target}/{info.base_name}")
    for other in filesystem.get_file_info(fs.FileSelector(folder)):
        if other.base_name.startswith(_COPIED) and other.path != target:
            filesystem.delete_dir(other.path)
    return Checkpoint(target, filesystem)


def delete_unrecorded_checkpoints(storage: Storage, records: Sequence[TrialRecord]) -> None:
    """Delete checkpoints that the study does not know.

    These are copies whose search died before it recorded them, and checkpoints of trials whose numbers this run will
    assign again, because a machine was lost together with the last lines of its study.
    """
    recorded = {record.number for record in records}
    copies = {
        (record.number, f"{_COPIED}{exploit.donor}_{exploit.step}") for record in records for exploit in record.exploits
    }
    for path, number in _checkpoint_paths(storage):
        name = path.rpartition("/")[2]
        if number not in recorded or (name.startswith(_COPIED) and (number, name) not in copies):
            storage.filesystem.delete_dir(path)


def delete_checkpoints(storage: Storage, numbers: Collection[int]) -> None:
    """Delete the checkpoints of trials."""
    for path, number in _checkpoint_paths(storage):
        if number in numbers:
            storage.filesystem.delete_dir(path)


def read_header(checkpoint: Checkpoint) -> dict[str, Any]:
    """The header of a checkpoint.

    Raises:
        VersionError: if it has another format version.
        InputError: if it is missing or unreadable.
    """
    where = f"{checkpoint.path}/{HEADER}"
    assert checkpoint.filesystem is not None
    try:
        with checkpoint.filesystem.open_input_stream(where) as stream:
            return parse_header(stream.read(), where)
    except OSError as error:
        raise InputError(f"{where} cannot be read: {error}") from error


def _with_headers(
    storage: Storage, numbers: Collection[int], skip_other_versions: bool = False
) -> Iterator[tuple[Checkpoint, dict[str, Any]]]:
    """Checkpoints of trials with their headers. Those of other format versions are refused, or skipped."""
    for path, number in _checkpoint_paths(storage):
        if number in numbers:
            try:
                checkpoint = Checkpoint(path, storage.filesystem)
                yield checkpoint, read_header(checkpoint)
            except InputError as error:  # it is being written, or incomplete: skip it
                if is_unavailable(error) or (isinstance(error, VersionError) and not skip_other_versions):
                    raise


def _checkpoint_paths(storage: Storage) -> list[tuple[str, int]]:
    """Paths of all checkpoints, with the numbers of their trials."""
    matches = ((info.path, _CHECKPOINT.search(info.path)) for info in _listing(storage, recursive=True))
    return [(path, int(match[1])) for path, match in matches if match]


def _listing(storage: Storage, recursive: bool) -> list[fs.FileInfo]:
    selector = fs.FileSelector(storage.tune, recursive=recursive, allow_not_found=True)
    return list(storage.filesystem.get_file_info(selector))

"""The test sets of a study, opened for whatever was not yet measured on them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import torch

from lstnet_search.config import TrialConfig
from lstnet_search.domains import load_pair
from lstnet_search.errors import InputError
from lstnet_search.evaluation import Resizing, TranslatesImages, WholeSets, translation_accuracy
from lstnet_search.methods.labeller import Labeller
from lstnet_search.models.classifier import Classifiers
from lstnet_search.results.confirmation.files import known_accuracies, read_confirmation
from lstnet_search.results.confirmation.test_log import log_opening, ordinal
from lstnet_search.results.export.model import trained_network
from lstnet_search.results.study.records import TrialRecord
from lstnet_search.training import autocast, evaluated_state, read_state
from lstnet_search.tuning.cluster.placement import Placement
from lstnet_search.tuning.confirmation.classifiers import train_classifiers
from lstnet_search.tuning.execution import Run
from lstnet_search.tuning.monitoring.stop_request import Stopping
from lstnet_search.tuning.trials.checkpoints import checkpoint_at
from lstnet_search.tuning.trials.device import device_for

Key = tuple[int | None, int]
"""Of a training: number of the trial that it confirms, None for no translation, and seed."""


@dataclass(frozen=True)
class Tested:
    """What was measured on the test sets.

    Attributes:
        accuracies: by direction, of each training.
        opening: the how-manieth.
        fingerprint: of both test sets.
    """

    accuracies: dict[Key, dict[str, float]]
    opening: int
    fingerprint: str


def measure(
    wanted: Mapping[Key, TrialRecord | None],
    trial: TrialConfig,
    steps: int,
    sets: WholeSets,
    run: Run,
    placement: Placement,
    stopping: Stopping,
    say: Callable[[str], None],
) -> Tested | None:
    """Test the last state of trainings, each with the classifiers of its seed.

    Args:
        wanted: trainings that ended, at least one; None for no translation.
        trial: whose data they are.
        steps: of each training.
        sets: whole training sets, of the classifiers.
        run: of the confirmation.
        placement: each classifier gets what a training got.
        stopping: is obeyed until the test sets are opened.
        say: told that they are.

    Returns:
        Accuracies of all that was ever measured; None if asked to stop. The test sets stay closed
        if nothing is missing.

    Raises:
        InputError: if the test sets are not those of an earlier opening, or have no labels.
    """
    accuracies = known_accuracies(run.folder, steps)
    missing = {key: record for key, record in wanted.items() if key not in accuracies}
    earlier = read_confirmation(run.folder)
    if not missing:
        assert earlier is not None
        return Tested(accuracies, earlier["opening"], earlier["test_fingerprint"])
    seeds = list(dict.fromkeys(seed for _, seed in missing))
    classifiers = train_classifiers(sets.train, seeds, placement, stopping, say)
    if classifiers is None:
        return None
    opening = log_opening(run.folder, run.command)
    say(f"the test sets are opened, the {ordinal(opening)} time for this study")
    pair = load_pair(trial.domains, trial.data, run.data_dir, "test", skip_bad=trial.skip_bad)
    if earlier is not None and earlier["test_fingerprint"] != pair.fingerprint:
        raise InputError(
            f"{run.folder.path} was tested on data of fingerprint {earlier['test_fingerprint']}, this is "
            f"{pair.fingerprint}; give the same data by --data-dir"
        )
    device = device_for(placement.gpus)
    there = pair.to(device)
    storage = run.stored().below(run.folder.confirmation.name)
    for key, record in missing.items():
        of_seed = _to(classifiers[key[1]], device)
        if record is None:
            accuracies[key] = translation_accuracy(Resizing(there), there, of_seed)
            continue
        config = TrialConfig.parse(record.settings, f"training {record.number}")
        checkpoint = checkpoint_at(storage, record.number, steps)
        assert checkpoint is not None
        with checkpoint.as_directory() as fetched:
            state = evaluated_state(read_state(Path(fetched))[0])
        network = trained_network(config, sets.shapes, there.a.classes, state)
        network.to(device).to(memory_format=torch.channels_last)
        with autocast(config.precision, device)():
            accuracies[key] = translation_accuracy(cast(TranslatesImages | Labeller, network), there, of_seed)
    if not any(accuracies.values()):
        raise InputError(f"the test sets of {' and '.join(trial.domains)} have no labels; give labels of one of them")
    return Tested(accuracies, opening, pair.fingerprint)


def _to(classifiers: Classifiers, device: torch.device) -> Classifiers:
    first, second = classifiers
    return None if first is None else first.to(device), None if second is None else second.to(device)

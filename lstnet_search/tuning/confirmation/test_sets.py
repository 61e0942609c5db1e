"""Accuracies on the test sets, which are opened only for trainings that were not tested yet."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import torch
from torch import nn

from lstnet_search.config import TrialConfig
from lstnet_search.config.readers import LABELLER
from lstnet_search.domains import DomainPair, load_pair
from lstnet_search.errors import InputError
from lstnet_search.evaluation import ClassifierSettings, Resizing, TranslatesImages, WholeSets, reader_accuracies
from lstnet_search.methods.labeller import Labeller
from lstnet_search.models.classifier import Classifiers, copied_to
from lstnet_search.results.confirmation.files import measured_accuracies, read_confirmation
from lstnet_search.results.confirmation.plan import ConfirmationPlan
from lstnet_search.results.confirmation.record import ConfirmationRecord
from lstnet_search.results.confirmation.test_log import log_opening, ordinal
from lstnet_search.results.export.model import trained_network
from lstnet_search.results.study.records import TrialRecord
from lstnet_search.training import autocast, evaluated_state, read_state
from lstnet_search.tuning.classifiers import ClassifierTrainings
from lstnet_search.tuning.context import SearchContext
from lstnet_search.tuning.run import Run
from lstnet_search.tuning.trials.checkpoints import checkpoint_at
from lstnet_search.tuning.trials.device import device_for

Key = tuple[int | None, int]
"""Key of a training: the number of the trial that it confirms, or None for no translation, and the seed."""


@dataclass(frozen=True)
class Measurement:
    """What was measured on the test sets.

    Attributes:
        accuracies: accuracies of each training, by reader and direction.
        opening: how often this study's test sets have been opened, counting from 1.
        fingerprint: fingerprint of both test sets.
    """

    accuracies: dict[Key, dict[str, dict[str, float]]]
    opening: int
    fingerprint: str


def measure(
    wanted: Mapping[Key, TrialRecord | None],
    plan: ConfirmationPlan,
    context: SearchContext[WholeSets],
    say: Callable[[str], None],
) -> Measurement | None:
    """Test the last state of trainings, each with the classifiers of its seed.

    Args:
        wanted: at least one training that ended; None for no translation.
        plan: the plan of the trainings.
        context: the confirmation's context. Its stop request is obeyed until the test sets are opened.
        say: prints a line.

    Returns:
        All accuracies, also those of earlier runs; None after a stop request. If earlier runs measured everything, the
        test sets stay closed.

    Raises:
        InputError: if the test sets cannot be read, have no labels, or are not those of an earlier opening.
    """
    run, sets, placement = context.run, context.data, context.placement
    accuracies = measured_accuracies(run.folder, plan)
    missing = {key: record for key, record in wanted.items() if key not in accuracies}
    earlier = read_confirmation(run.folder)
    if not missing:
        assert earlier is not None
        return Measurement(accuracies, earlier.opening, earlier.test_fingerprint)
    _refuse_other_classifiers(context, earlier)
    networks = {key: _network(record, plan.steps, context) for key, record in missing.items()}
    trainings = ClassifierTrainings(context.config.trial, sets.train, placement, context.stop_request)
    classifiers = trainings.of_domains(list(dict.fromkeys(seed for _, seed in missing)), say)
    if classifiers is None:
        return None
    adapted: dict[Key, Classifiers] | None = dict.fromkeys(networks, (None, None))
    if plan.reader != LABELLER:
        directions = measurable(sets.train, context.config.direction)
        sources = [sets.train.directions.index(each) for each in directions]
        adapted = trainings.adapted({key: (network, key[1]) for key, network in networks.items()}, sources, say)
    if adapted is None:
        return None
    pair, opening = _open_test_sets(context.config.trial, sets.train, run, earlier)
    say(f"the test sets are opened, the {ordinal(opening)} time for this study")
    device = device_for(placement.gpus)
    on_device = pair.to(device)
    for key, network in networks.items():
        own, adapted_to_it = copied_to(classifiers[key[1]], device), copied_to(adapted[key], device)
        with autocast(context.config.trial.precision, device)():
            translator = cast(TranslatesImages | Labeller, network.to(device))
            accuracies[key] = reader_accuracies(translator, on_device, own, adapted_to_it)
    return Measurement(accuracies, opening, pair.fingerprint)


def _refuse_other_classifiers(context: SearchContext[WholeSets], earlier: ConfirmationRecord | None) -> None:
    """Refuse to compare new trainings with those that other classifiers have read.

    Raises:
        InputError: if there are such trainings.
    """
    folder, current = context.run.folder, ClassifierSettings.of(context.config.trial).description
    if earlier is not None and earlier.classifiers != current:
        raise InputError(
            f"{folder.confirmation_file} was made with other classifiers ({earlier.classifiers}; now {current}), so "
            f"new trainings cannot be compared with it; to test all trainings again, remove that file"
        )


def _network(record: TrialRecord | None, steps: int, context: SearchContext[WholeSets]) -> nn.Module:
    """The network of a training's last checkpoint, or plain resizing, on the CPU."""
    sets = context.data
    if record is None:
        return Resizing(sets.train)
    config = TrialConfig.parse(record.settings, f"training {record.number}")
    checkpoint = checkpoint_at(context.storage, record.number, steps)
    assert checkpoint is not None
    with checkpoint.as_directory() as fetched:
        state = evaluated_state(read_state(Path(fetched))[0])
    network = trained_network(config, sets.shapes, sets.train.a.classes, state)
    return network.to(memory_format=torch.channels_last)


def measurable(pair: DomainPair, direction: str) -> tuple[str, ...]:
    """The directions whose mean is the target accuracy: the searched ones whose target has labels.

    Raises:
        InputError: if there is no such direction.
    """
    targets = zip(pair.directions, reversed(tuple(pair)), strict=True)
    labelled = tuple(name for name, target in targets if target.labels is not None)
    found = labelled if direction in ("both", "pareto") else tuple(name for name in labelled if name == direction)
    if not found:
        raise InputError(
            f"no accuracy of direction {direction} can be measured, because no domain that it leads to has labels; "
            "give labels, or rank the trials by a criterion with the command select-best"
        )
    return found


def _open_test_sets(
    trial: TrialConfig, train: DomainPair, run: Run, earlier: ConfirmationRecord | None
) -> tuple[DomainPair, int]:
    """Read the test sets, then log that they were opened.

    The log entry comes second. Otherwise an attempt with a wrong folder would count as an opening.

    Returns:
        The test sets, and how often they have been opened.
    """
    pair = load_pair(trial.domains, trial.data, run.data_dir, "test", trial.reading)
    if earlier is not None and earlier.test_fingerprint != pair.fingerprint:
        raise InputError(
            f"{run.folder.path} was tested on data with fingerprint {earlier.test_fingerprint}, this data has "
            f"{pair.fingerprint}; give the same data with --data-dir"
        )
    if all(domain.labels is None for domain in pair):
        raise InputError(f"the test sets of {' and '.join(trial.domains)} have no labels; give labels of one of them")
    # In each direction, the classifier of the target labels test images of the source.
    directions = zip(pair, reversed(tuple(train)), strict=True)
    if not any(source.labels is not None and target.labels is not None for source, target in directions):
        raise InputError(
            f"no accuracy can be measured on the test sets of {' and '.join(trial.domains)}: in no direction do the "
            "test images of one domain and the training images of the other have labels; give these labels"
        )
    return pair, log_opening(run.folder, run.command)

"""How images of a domain are labelled with the help of the other domain's labels."""

from collections.abc import Callable, Collection, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from pathlib import Path

import torch
from torch import Tensor

from lstnet_search.config.readers import LABELLER, READERS
from lstnet_search.domains import Domain, DomainPair, to_bytes
from lstnet_search.evaluation.accuracy import accuracies, confusion
from lstnet_search.evaluation.classifier_cache import cached_classifier
from lstnet_search.evaluation.classifiers import ClassifierSettings
from lstnet_search.evaluation.inference import TranslatesImages, classifier_logits, evaluation_mode, in_batches
from lstnet_search.methods.anchor import alike
from lstnet_search.methods.labeller import Labeller
from lstnet_search.methods.resizing import Resizing
from lstnet_search.models.classifier import Classifier, Classifiers
from lstnet_search.seeding import derive_seed


def reader_probabilities(
    network: TranslatesImages | Labeller,
    classifiers: Classifiers,
    adapted: Classifiers,
    images: Tensor,
    source: int,
    wanted: Collection[str] = (*READERS, LABELLER),
) -> dict[str, Tensor]:
    """Class probabilities of images, (N, K), by each reader that there is.

    Args:
        network: in evaluation mode, on the device of the images.
        classifiers: classifiers of both domains, in evaluation mode. A labeller needs none.
        adapted: the adapted classifiers that read images of `a` and `b`.
        images: images of domain `source`, (N, C, S, S) in [-1, 1].
        source: 0 or 1.
        wanted: the readers to use.
    """
    if isinstance(network, Labeller):
        return {LABELLER: network.label(images, source)[1].float().softmax(1)} if source in network.sources else {}
    found: dict[str, Tensor] = {}
    classifier, own = classifiers[1 - source], adapted[source]
    if classifier is not None and {"translated", "both"} & {*wanted}:
        found["translated"] = classifier_logits(classifier, network.translate(images, source)).softmax(1)
    if own is not None and {"adapted", "both"} & {*wanted}:
        found["adapted"] = classifier_logits(own, images).softmax(1)
    if len(found) == 2:
        found["both"] = torch.stack([*found.values()]).mean(0)
    return found


def reader_accuracies(
    network: TranslatesImages | Labeller,
    pair: DomainPair,
    classifiers: Classifiers,
    adapted: Classifiers = (None, None),
) -> dict[str, dict[str, float]]:
    """Accuracies in [0, 1] by reader and direction, of each direction whose images have labels.

    Args:
        network: on the device of the images and classifiers.
        pair: images of both domains.
        classifiers: as for `reader_probabilities`.
        adapted: as for `reader_probabilities`.
    """
    confusions: dict[str, dict[str, Tensor]] = {}
    for source, (direction, domain) in enumerate(zip(pair.directions, pair, strict=True)):
        if domain.labels is None:
            continue
        names: Sequence[str] = ()

        def read(images: Tensor, source: int = source) -> tuple[Tensor, ...]:
            nonlocal names
            found = reader_probabilities(network, classifiers, adapted, images, source)
            names = tuple(found)
            return tuple(found.values())

        with evaluation_mode(network):
            outputs = in_batches(read, domain.images)
        for name, probabilities in zip(names, outputs, strict=True):
            confusions.setdefault(name, {})[direction] = confusion(probabilities, domain.labels)
    return {name: accuracies(by_direction) for name, by_direction in confusions.items()}


Context = Callable[[], AbstractContextManager[None]]
"""Makes the mixed-precision context that a network runs in."""


def adapt(
    network: TranslatesImages | Labeller,
    pair: DomainPair,
    settings: ClassifierSettings,
    seed: int,
    cache_dir: Path,
    context: Context = nullcontext,
) -> Classifiers:
    """The adapted classifiers that read images of `a` and of `b`; see `adapted_classifier`."""
    first, second = (adapted_classifier(network, pair, source, settings, seed, cache_dir, context) for source in (0, 1))
    return first, second


def adapted_classifier(
    network: TranslatesImages | Labeller,
    pair: DomainPair,
    source: int,
    settings: ClassifierSettings,
    seed: int,
    cache_dir: Path,
    context: Context = nullcontext,
) -> Classifier | None:
    """A classifier that reads images of one domain as they are, trained with labels of the other domain alone.

    It learns from labelled images of the other domain that are translated and, if resizing makes the domains alike,
    also from resized ones, as in PixelDA (Bousmalis et al., CVPR 2017). Then it goes on learning from images of the
    domain that it reads, without their labels; see `train_classifier`.

    Args:
        network: on the device of the images.
        pair: training images of both domains.
        source: the domain to read, 0 or 1.
        settings: how to train the classifier.
        seed: of its training.
        cache_dir: where it is cached, by all that it depends on.
        context: makes the mixed-precision context that the network runs in.

    Returns:
        A classifier in evaluation mode, on the images' device; None if the other domain has no labels, and for a
        labeller.
    """
    read, labelled = (pair.a, pair.b)[source], (pair.a, pair.b)[1 - source]
    if isinstance(network, Labeller) or labelled.labels is None:
        return None
    changes = (Resizing(pair), network) if alike(pair) else (network,)
    drawn = -(-settings.steps * settings.batch_size // len(changes))
    if drawn < len(labelled):  # more images would not be seen
        order = torch.randperm(len(labelled), generator=torch.Generator().manual_seed(derive_seed(seed, "labelled")))
        labelled = labelled.take(order[:drawn].to(labelled.images.device))
    assert labelled.labels is not None
    with context():
        images = torch.cat([_translated(each, labelled, 1 - source) for each in changes])
    labels = labelled.labels.repeat(len(changes))
    learned = replace(labelled, name=f"{read.name}-adapted", images=images, labels=labels)
    return cached_classifier(learned, settings, seed, read.images.device, cache_dir, read)


def _translated(network: TranslatesImages, domain: Domain, source: int) -> Tensor:
    """Images of a domain, translated to the other one, uint8, on the same device."""
    with evaluation_mode(network):
        (images,) = in_batches(lambda batch: (to_bytes(network.translate(batch, source)),), domain.images)
    return images

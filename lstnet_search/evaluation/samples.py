"""Samples of what a network does to validation images: pictures, confusions, latents."""

import io
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from lstnet_search.domains import Domain, DomainPair, to_bytes, to_unit_range
from lstnet_search.evaluation.inference import labelled
from lstnet_search.models import Translator
from lstnet_search.models.classifier import Classifiers

SAMPLES_FILE = "samples.npz"
"""Name of the samples in a checkpoint."""

PER_CLASS = 10
LATENTS = 500

Samples = dict[str, np.ndarray]


@torch.inference_mode()
def collect_samples(
    translator: Translator,
    pair: DomainPair,
    classifiers: Classifiers,
    confusions: dict[str, Tensor],
) -> Samples:
    """Arrays to look at, for domain `a` and, with b in place of a, for domain `b`.

    Args:
        translator: in evaluation mode, on the device of `pair`.
        pair: validation images.
        classifiers: of both domains, in evaluation mode.
        confusions: counts, (K, K), true class × predicted, by direction.

    Returns:
        `images_a` (M, C, S, S) uint8, ten a class; `translated_a` the same as images of b;
        `round_trip_a` back again; `labels_a` (M,), -1 where unknown; `predicted_a` what b's
        classifier says of `translated_a`, -1 without one; `latents_a` (500, L · 49) float16 with
        `latent_labels_a` (500,); `confusion_<direction>` (K, K) int64.
    """
    samples = confusions_alone(confusions)
    for source, (letter, domain) in enumerate(zip("ab", pair, strict=True)):
        chosen = domain.take(_some_of_each_class(domain))
        images = to_unit_range(chosen.images).contiguous(memory_format=torch.channels_last)
        translated = translator.translate(images, source)
        back = translator.translate(translated, 1 - source)
        other = classifiers[1 - source]
        predicted = np.full(len(chosen), -1) if other is None else labelled(other, translated).argmax(1).cpu().numpy()
        first = domain.take(torch.arange(min(LATENTS, len(domain)), device=domain.images.device))
        latents = translator.encode(to_unit_range(first.images), source).flatten(1)
        samples |= {
            f"images_{letter}": chosen.images.cpu().numpy(),
            f"translated_{letter}": to_bytes(translated).cpu().numpy(),
            f"round_trip_{letter}": to_bytes(back).cpu().numpy(),
            f"labels_{letter}": _labels(chosen),
            f"predicted_{letter}": predicted,
            f"latents_{letter}": latents.to(torch.float16).cpu().numpy(),
            f"latent_labels_{letter}": _labels(first),
        }
    return samples


def confusions_alone(confusions: dict[str, Tensor]) -> Samples:
    """What there is of a network that makes no images: `confusion_<direction>`, as `collect_samples` has it."""
    return {f"confusion_{name}": counts.cpu().numpy() for name, counts in confusions.items()}


def write_samples(path: Path, samples: Samples) -> None:
    """Write arrays as an npz file."""
    buffer = io.BytesIO()
    np.savez_compressed(buffer, **samples)  # type: ignore[arg-type]  # its stub takes the flag for an array
    path.write_bytes(buffer.getvalue())


def read_samples(path: Path) -> Samples:
    """Read what `write_samples` wrote; no pickle is loaded."""
    with np.load(path, allow_pickle=False) as content:
        return dict(content)


def _some_of_each_class(domain: Domain) -> Tensor:
    """Places of the first ten images of each class; of the first images where nothing is labelled."""
    if domain.labels is None:
        return torch.arange(min(PER_CLASS * domain.classes, len(domain)), device=domain.images.device)
    places = [(domain.labels == label).nonzero(as_tuple=True)[0][:PER_CLASS] for label in range(domain.classes)]
    return torch.cat(places)


def _labels(domain: Domain) -> np.ndarray:
    return np.full(len(domain), -1) if domain.labels is None else domain.labels.cpu().numpy()

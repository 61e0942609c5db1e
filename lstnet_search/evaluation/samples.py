"""Samples of what a network does to validation images: pictures, confusions, latents."""

import io
import zipfile
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from lstnet_search.domains import Domain, DomainPair, to_bytes, to_unit_range
from lstnet_search.errors import InputError
from lstnet_search.evaluation.inference import labelled
from lstnet_search.models import Translator
from lstnet_search.models.classifier import Classifiers

SAMPLES_FILE = "samples.npz"
"""Name of the samples in a checkpoint."""

PER_CLASS = 10
LATENTS = 500
MOST_BYTES = 1_000_000_000
"""Unpacked, of all arrays: an archive of zeros is a thousandth of that."""

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
    """Read what `write_samples` wrote; no pickle is loaded.

    Raises:
        InputError: if it is missing, damaged, or does not hold such arrays.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            size = sum(member.file_size for member in archive.infolist())
        if size > MOST_BYTES:
            raise ValueError(f"{size} bytes unpacked, which no samples of ours have")
        with np.load(path, allow_pickle=False) as content:
            samples = dict(content)
        _check(samples)
    except Exception as error:  # of a damaged archive, zipfile and NumPy raise anything
        reason = " ".join(str(error).split()) or type(error).__name__
        raise InputError(f"cannot read the samples {path}: {reason}; remove that file") from None
    return samples


def _check(samples: Samples) -> None:
    """Check what pictures are made of; raises ValueError if shapes or types are others than `collect_samples` has."""
    for name, values in samples.items():
        if values.dtype.kind not in "biuf":
            raise ValueError(f"{name} holds {values.dtype}, not numbers")
        if name.startswith("confusion_") and (values.ndim != 2 or not values.size or len(set(values.shape)) != 1):
            raise ValueError(f"{name} has shape {values.shape}, not that of a confusion matrix")
    if not any(name in samples for name in ("images_a", "images_b")):
        return
    for letter in "ab":
        count = len(samples[f"images_{letter}"])
        for kind in ("images", "translated", "round_trip"):
            shape = samples[f"{kind}_{letter}"].shape
            if len(shape) != 4 or shape[0] != count or shape[1] not in (1, 3) or not all(shape):
                raise ValueError(f"{kind}_{letter} has shape {shape}")
        for kind in ("labels", "predicted"):
            values = samples[f"{kind}_{letter}"]
            if values.shape != (count,) or values.dtype.kind not in "iu":
                raise ValueError(f"{kind}_{letter} is {values.dtype} of shape {values.shape}")
        latents, labels = samples[f"latents_{letter}"], samples[f"latent_labels_{letter}"]
        if latents.ndim != 2 or labels.shape != (len(latents),) or labels.dtype.kind not in "iu":
            raise ValueError(f"latents_{letter} has shape {latents.shape}, its labels {labels.shape}")
        if not np.isfinite(latents).all():
            raise ValueError(f"latents_{letter} holds what is no finite number")
    if samples["latents_a"].shape[1] != samples["latents_b"].shape[1]:
        raise ValueError("latents of the two domains differ in length")


def _some_of_each_class(domain: Domain) -> Tensor:
    """Places of the first ten images of each class; of the first images where nothing is labelled."""
    if domain.labels is None:
        return torch.arange(min(PER_CLASS * domain.classes, len(domain)), device=domain.images.device)
    places = [(domain.labels == label).nonzero(as_tuple=True)[0][:PER_CLASS] for label in range(domain.classes)]
    return torch.cat(places)


def _labels(domain: Domain) -> np.ndarray:
    return np.full(len(domain), -1) if domain.labels is None else domain.labels.cpu().numpy()

"""Samples of what a network does with validation images: pictures, confusion matrices, latents."""

import io
import zipfile
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from lstnet_search.domains import Domain, DomainPair, to_bytes, to_unit_range
from lstnet_search.errors import InputError, one_line
from lstnet_search.evaluation.inference import classifier_logits
from lstnet_search.models import Translator
from lstnet_search.models.classifier import Classifiers

SAMPLES_FILE = "samples.npz"
"""Name of the samples file in a checkpoint."""

PER_CLASS = 10
LATENTS = 500
MOST_BYTES = 1_000_000_000
"""Limit on the unpacked size of all arrays, because a small archive can unpack to a thousand times its size."""

Samples = dict[str, np.ndarray]


@torch.inference_mode()
def collect_samples(
    translator: Translator,
    pair: DomainPair,
    classifiers: Classifiers,
    confusions: dict[str, Tensor],
) -> Samples:
    """Collect sample arrays of both domains. Names of arrays end in `_a` or `_b`.

    Args:
        translator: in evaluation mode, on the device of `pair`.
        pair: validation images.
        classifiers: classifiers of both domains, in evaluation mode.
        confusions: confusion matrices by direction, (K, K), true × predicted class.

    Returns:
        `images_a`: (M, C, S, S) uint8, ten images per class.
        `translated_a`: their translations to domain b.
        `round_trip_a`: those translated back to domain a.
        `labels_a`: true classes, (M,), -1 if unknown.
        `predicted_a`: predictions of b's classifier for `translated_a`, (M,), -1 if there is no such classifier.
        `latents_a`, `latent_labels_a`: (500, L · 49) float16 and (500,).
        `confusion_<direction>`: (K, K) int64.
    """
    samples = confusion_arrays(confusions)
    for source, (letter, domain) in enumerate(zip("ab", pair, strict=True)):
        chosen = domain.take(_first_of_each_class(domain))
        images = to_unit_range(chosen.images).contiguous(memory_format=torch.channels_last)
        translated = translator.translate(images, source)
        back = translator.translate(translated, 1 - source)
        classifier = classifiers[1 - source]
        predicted = (
            np.full(len(chosen), -1)
            if classifier is None
            else classifier_logits(classifier, translated).argmax(1).cpu().numpy()
        )
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


def confusion_arrays(confusions: dict[str, Tensor]) -> Samples:
    """The confusion matrices of `collect_samples`. A network that does not translate has no other samples."""
    return {f"confusion_{name}": counts.cpu().numpy() for name, counts in confusions.items()}


def write_samples(path: Path, samples: Samples) -> None:
    """Write arrays as an npz file."""
    buffer = io.BytesIO()
    np.savez_compressed(buffer, **samples)  # type: ignore[arg-type]  # mypy takes an array for the flag allow_pickle
    path.write_bytes(buffer.getvalue())


def read_samples(path: Path) -> Samples:
    """Read a file that `write_samples` wrote. Pickles in it are refused.

    Raises:
        InputError: if it is missing or damaged, or holds other arrays.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            size = sum(member.file_size for member in archive.infolist())
        if size > MOST_BYTES:
            raise ValueError(f"{size} bytes unpacked, the limit is {MOST_BYTES}")
        with np.load(path, allow_pickle=False) as content:
            samples = dict(content)
        _check(samples)
    except Exception as error:  # zipfile and NumPy can raise anything for a damaged archive
        reason = one_line(error)
        raise InputError(f"cannot read the samples {path}: {reason}; remove that file") from None
    return samples


def _check(samples: Samples) -> None:
    """Raise ValueError if shapes or dtypes are not those of `collect_samples`."""
    for name, values in samples.items():
        if values.dtype.kind not in "biuf":
            raise ValueError(f"{name} holds {values.dtype}, not numbers")
        if name.startswith("confusion_") and (values.ndim != 2 or not values.size or len(set(values.shape)) != 1):
            raise ValueError(f"{name} has shape {values.shape}, which is not that of a confusion matrix")
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
            raise ValueError(f"latents_{letter} has shape {latents.shape}, but its labels have {labels.shape}")
        if not np.isfinite(latents).all():
            raise ValueError(f"latents_{letter} has values that are not finite")
    if samples["latents_a"].shape[1] != samples["latents_b"].shape[1]:
        raise ValueError("the latents of the two domains differ in length")


def _first_of_each_class(domain: Domain) -> Tensor:
    """Indices of the first ten images of each class, or of the first images if there are no labels."""
    if domain.labels is None:
        return torch.arange(min(PER_CLASS * domain.classes, len(domain)), device=domain.images.device)
    indices = [(domain.labels == label).nonzero(as_tuple=True)[0][:PER_CLASS] for label in range(domain.classes)]
    return torch.cat(indices)


def _labels(domain: Domain) -> np.ndarray:
    return np.full(len(domain), -1) if domain.labels is None else domain.labels.cpu().numpy()

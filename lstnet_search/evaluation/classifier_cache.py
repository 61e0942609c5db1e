"""The cache of trained classifiers, one file per classifier."""

import json
import logging
from dataclasses import asdict, replace
from hashlib import sha256
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor

from lstnet_search.domains import Domain
from lstnet_search.evaluation.classifiers import (
    RECIPE_VERSION,
    ClassifierSettings,
    build_classifier,
    train_classifier,
)
from lstnet_search.io.atomic import write_whole
from lstnet_search.models.classifier import Classifier

_log = logging.getLogger(__name__)


def cached_classifier(
    domain: Domain,
    settings: ClassifierSettings,
    seed: int,
    device: torch.device,
    cache_dir: Path,
    unlabelled: Domain | None = None,
) -> Classifier:
    """The result of `train_classifier`, read from `cache_dir`, or else trained and written there.

    If a file cannot be read, the classifier is trained again. If it cannot be written, it is not cached. Both are
    logged as warnings.

    Raises:
        InputError: see `train_classifier`.
    """
    path = cache_dir / f"{domain.name}-{_key(domain, settings, seed, device, unlabelled)}.safetensors"
    try:
        return _read(path, domain, device)
    except FileNotFoundError:
        pass
    except (OSError, SafetensorError, RuntimeError, ValueError) as error:
        _log.warning("the cached classifier %s cannot be read (%s); it is trained again", path, error)
    classifier = train_classifier(domain, settings, seed, device, None if unlabelled is None else unlabelled.images)
    try:
        _write(path, classifier)
    except OSError as error:
        _log.warning("the classifier cannot be cached in %s (%s); it will be trained again", path, error)
    return classifier


def _key(
    domain: Domain, settings: ClassifierSettings, seed: int, device: torch.device, unlabelled: Domain | None
) -> str:
    """A key of everything that determines the weights of a classifier, down to the kind of device."""
    parts = [RECIPE_VERSION, domain.fingerprint, domain.classes, asdict(settings), seed, device.type]
    if unlabelled is not None:
        parts.append(replace(unlabelled, labels=None).fingerprint)
    return sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:16]


def digest_of(state: dict[str, Tensor]) -> str:
    """SHA-256 of named tensors, independent of their device and memory layout."""
    digest = sha256()
    for name in sorted(state):
        digest.update(name.encode())
        digest.update(state[name].numpy(force=True).tobytes())
    return digest.hexdigest()


def _read(path: Path, domain: Domain, device: torch.device) -> Classifier:
    with safe_open(path, framework="pt") as file:
        state = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 (no mapping)
        metadata = file.metadata() or {}
    if metadata.get("sha256") != digest_of(state):
        raise ValueError("its digest does not match its tensors")
    classifier = build_classifier(domain, 0, device)
    classifier.load_state_dict(state)
    return classifier.eval().requires_grad_(False)


def _write(path: Path, classifier: Classifier) -> None:
    """Write a file atomically, because several processes may write and read it at the same time."""
    state = {name: tensor.cpu().contiguous() for name, tensor in classifier.state_dict().items()}
    content = save(state, metadata={"sha256": digest_of(state)})
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, content)

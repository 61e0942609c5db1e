"""The cache of trained classifiers: a file for each that was ever asked for."""

import json
import logging
import os
from dataclasses import asdict
from hashlib import sha256
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor

from lstnet_search.domains import Domain
from lstnet_search.evaluation.classifiers import ClassifierSettings, build_classifier, train_classifier
from lstnet_search.io.atomic import write_whole
from lstnet_search.models.classifier import Classifier

RECIPE_VERSION = 1
"""To be raised when the network or its training changes: older files are then no longer found."""

_log = logging.getLogger(__name__)


def cached_classifier(
    domain: Domain, settings: ClassifierSettings, seed: int, device: torch.device, cache_dir: Path
) -> Classifier:
    """What `train_classifier` gives, read from `cache_dir` where it was trained before.

    A file that cannot be read is trained anew, one that cannot be written is done without; both with a warning.

    Raises:
        InputError: as `train_classifier`.
    """
    path = cache_dir / f"{domain.name}-{_key(domain, settings, seed, device)}.safetensors"
    try:
        return _read(path, domain, device)
    except FileNotFoundError:
        pass
    except (OSError, SafetensorError, RuntimeError, ValueError) as error:
        _log.warning("the cached classifier %s cannot be read (%s); it is trained anew", path, error)
    classifier = train_classifier(domain, settings, seed, device)
    try:
        _write(path, classifier)
    except OSError as error:
        _log.warning("the classifier cannot be cached in %s (%s); it will be trained again", path, error)
    return classifier


def default_cache_dir() -> Path:
    """Where classifiers are kept: `$XDG_CACHE_HOME`, or `~/.cache`, /lstnet-search/classifiers."""
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "lstnet-search" / "classifiers"


def _key(domain: Domain, settings: ClassifierSettings, seed: int, device: torch.device) -> str:
    """Changes with all that the bits of a classifier depend on, down to the kind of device."""
    parts = [RECIPE_VERSION, domain.fingerprint, domain.classes, asdict(settings), seed, device.type]
    return sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:16]


def _digest(state: dict[str, Tensor]) -> str:
    digest = sha256()
    for name in sorted(state):
        digest.update(name.encode())
        digest.update(state[name].numpy(force=True).tobytes())
    return digest.hexdigest()


def _read(path: Path, domain: Domain, device: torch.device) -> Classifier:
    with safe_open(path, framework="pt") as file:
        state = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 (no mapping)
        metadata = file.metadata() or {}
    if metadata.get("sha256") != _digest(state):
        raise ValueError("its digest is not that of its tensors")
    classifier = build_classifier(domain, 0, device)
    classifier.load_state_dict(state)
    return classifier.eval().requires_grad_(False)


def _write(path: Path, classifier: Classifier) -> None:
    """Whole or not at all: processes that train the same classifier may write and read at once."""
    state = {name: tensor.cpu().contiguous() for name, tensor in classifier.state_dict().items()}
    content = save(state, metadata={"sha256": _digest(state)})
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, content)

"""A trained translator with the classifiers of its domains, as safetensors and JSON: no pickle."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from safetensors import SafetensorError
from safetensors.torch import load_file, save
from torch import Tensor

from lstnet_search.config import InputError, TrialConfig
from lstnet_search.config.files import write_whole
from lstnet_search.models import ImageShape, Translator
from lstnet_search.models.classifier import Classifier, Classifiers

FORMAT_VERSION = 1


@dataclass(frozen=True)
class TrainedModel:
    """All that labels images of one domain by translating them to the other.

    Attributes:
        config: of the training.
        shapes: of the images of both domains.
        classes: of both domains.
        translator: in evaluation mode.
        classifiers: of both domains, in evaluation mode; None for one without labels.
        about: where it comes from and how well it did, for people.
    """

    config: TrialConfig
    shapes: tuple[ImageShape, ImageShape]
    classes: int
    translator: Translator
    classifiers: Classifiers
    about: dict[str, Any]


def build_networks(
    config: TrialConfig, shapes: tuple[ImageShape, ImageShape], classes: int
) -> tuple[Translator, tuple[Classifier, Classifier]]:
    """Untrained networks of the given sizes, in evaluation mode."""
    translator = Translator(shapes, config.width, config.latent_stride, config.batch_norm_momentum)
    first, second = (Classifier(shape.channels, shape.side, classes).eval() for shape in shapes)
    return translator.eval(), (first, second)


def write_model(path: Path, model: TrainedModel) -> None:
    """Write `path.safetensors` and then `path.json`, each whole."""
    tensors: dict[str, Tensor] = {}
    for prefix, module in _networks(model.translator, model.classifiers).items():
        tensors |= {f"{prefix}.{name}": value.cpu().contiguous() for name, value in module.state_dict().items()}
    header = {
        "format_version": FORMAT_VERSION,
        "config": model.config.model_dump(mode="json"),
        "shapes": [[shape.channels, shape.side] for shape in model.shapes],
        "classes": model.classes,
        "about": model.about,
    }
    write_whole(path.with_suffix(".safetensors"), save(tensors))
    write_whole(path.with_suffix(".json"), json.dumps(header, indent=2))


def read_model(path: Path) -> TrainedModel:
    """Read what `write_model` wrote.

    Raises:
        InputError: if a file is missing, damaged, or of another format version.
    """
    where = path.with_suffix(".json")
    try:
        header = json.loads(where.read_text(encoding="utf-8"))
        tensors = load_file(path.with_suffix(".safetensors"))
    except (OSError, ValueError, SafetensorError) as error:
        raise InputError(f"cannot read the model {path}: {error}") from None
    version = header.get("format_version") if isinstance(header, dict) else None
    if version != FORMAT_VERSION:
        raise InputError(f"{where} has format_version {version!r}; this version reads {FORMAT_VERSION}")
    config = TrialConfig.parse(header["config"], str(where))
    first, second = (ImageShape(*shape) for shape in header["shapes"])
    translator, built = build_networks(config, (first, second), header["classes"])
    classifier_a, classifier_b = (
        classifier if any(name.startswith(f"classifier_{letter}.") for name in tensors) else None
        for letter, classifier in zip("ab", built, strict=True)
    )
    classifiers = classifier_a, classifier_b
    for prefix, module in _networks(translator, classifiers).items():
        start = f"{prefix}."
        module.load_state_dict(
            {name.removeprefix(start): value for name, value in tensors.items() if name.startswith(start)}
        )
    return TrainedModel(config, (first, second), header["classes"], translator, classifiers, header["about"])


def _networks(translator: Translator, classifiers: Classifiers) -> dict[str, Translator | Classifier]:
    named = {"translator": translator, "classifier_a": classifiers[0], "classifier_b": classifiers[1]}
    return {name: network for name, network in named.items() if network is not None}

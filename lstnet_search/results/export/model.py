"""A trained network with the classifiers of its domains, stored as safetensors and JSON, without pickle."""

import json
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import torch
from safetensors import SafetensorError
from safetensors.torch import load, save
from torch import Tensor, nn

from lstnet_search.config import TrialConfig
from lstnet_search.config.image_sides import LARGEST_SIDE, LEAST_SIDE
from lstnet_search.config.metrics import accuracy_name, directions_of, read_name
from lstnet_search.config.readers import LABELLER
from lstnet_search.domains.domain import ReadAs
from lstnet_search.errors import InputError, one_line, show
from lstnet_search.evaluation.inference import TranslatesImages, floats_in_batches
from lstnet_search.evaluation.readers import reader_probabilities
from lstnet_search.io.atomic import write_whole
from lstnet_search.io.safe_read import read_regular
from lstnet_search.io.versions import check_version
from lstnet_search.methods.base import Problem
from lstnet_search.methods.labeller import Labeller
from lstnet_search.methods.registry import build_network
from lstnet_search.models import ImageShape, Translator
from lstnet_search.models.classifier import Classifier, Classifiers

FORMAT_VERSION = 1
NAMES = ("best_model", "model")
"""File names of a model, without endings: in a results folder, and in the folder of a single training."""


@dataclass(frozen=True)
class TrainedModel:
    """Everything that is needed to label images of a domain, by translation if the method translates.

    Attributes:
        config: Settings of the training.
        shapes: Shapes of the images of both domains.
        classes: Number of classes of both domains.
        network: The trained network, in evaluation mode.
        classifiers: Classifiers of both domains, in evaluation mode; None for a domain without labels.
        adapted: The adapted classifiers that read images of both domains, see `evaluation.readers`.
        about: Information for users: where the model comes from, and how well it performs.
    """

    config: TrialConfig
    shapes: tuple[ImageShape, ImageShape]
    classes: int
    network: nn.Module
    classifiers: Classifiers
    about: dict[str, Any]
    adapted: Classifiers = (None, None)

    @property
    def translator(self) -> Translator:
        """The network as a translator.

        Raises:
            InputError: if the method does not translate images.
        """
        if not isinstance(self.network, Translator):
            raise InputError(
                f"the model was trained by {self.config.method}, which does not translate images, so it cannot "
                "translate them or be exported as ONNX; use predict, or a model of another --method"
            )
        return self.network

    @property
    def directions(self) -> tuple[str, str]:
        """Names of both directions. The first one starts at domain 0."""
        return directions_of(*self.config.domains)

    def source_of(self, direction: str | None, shape: tuple[int, int, int] | None = None) -> int:
        """The domain of a user's images, 0 or 1.

        Args:
            direction: The direction in which to translate them, or None to find the domain by their shape.
            shape: Channels, height and width of the images, or None if their sizes differ.

        Raises:
            InputError: if the direction is unknown, or the shape fits both domains or neither.
        """
        if direction is not None:
            if direction not in self.directions:
                raise InputError(f"--direction {direction} must be one of {', '.join(self.directions)}; correct it")
            return self.directions.index(direction)
        matching = self._matching(shape)
        if len(matching) == 1:
            return matching[0]
        given = "differ in size" if shape is None else "have the shape " + "x".join(map(str, shape))
        expected = " and ".join(
            f"{each.channels}x{each.side}x{each.side} ({name})"
            for each, name in zip(self.shapes, self.config.domain_names, strict=True)
        )
        originals = [
            f"{name} had {'images of different sizes' if each.size is None else f'{each.size[1]}x{each.size[0]}'}"
            for each, name in zip(self.read_as, self.config.domain_names, strict=True)
            if each is not None
        ]
        expected += f" ({', '.join(originals)} before that)" if originals else ""
        raise InputError(
            f"the images {given}, which does not identify their domain: the model expects {expected}; "
            f"give --direction {self.directions[0]} or --direction {self.directions[1]}"
        )

    def _matching(self, shape: tuple[int, int, int] | None) -> list[int]:
        """The domains that images of a shape can belong to.

        What a domain's images were before they were resized counts more than what they became.
        """
        if shape is None:
            return [index for index, read_as in enumerate(self.read_as) if read_as is not None and read_as.size is None]
        became = [ReadAs(each.channels, (each.side, each.side)) for each in self.shapes]
        were = [read_as or same for read_as, same in zip(self.read_as, became, strict=True)]
        for candidates in (were, became):
            matching = [index for index in (0, 1) if candidates[index].size == shape[1:]]
            if len(matching) == 2:
                return [index for index in matching if candidates[index].channels == shape[0]]
            if matching:
                return matching
        return []

    @property
    def class_names(self) -> list[str]:
        """Names of the classes, in the order of their labels."""
        names: list[str] = self.about.get("classes") or list(map(str, range(self.classes)))
        return names

    @property
    def read_as(self) -> tuple[ReadAs | None, ReadAs | None]:
        """How the images of both domains were converted; None for known sets, and for models of earlier versions."""
        first, second = (
            None if each is None else ReadAs.from_dict(each) for each in self.about.get("images", (None, None))
        )
        return first, second

    def translate(self, images: Tensor, source: int) -> Tensor:
        """Translate images of domain `source`, (N, C, S, S) in [-1, 1], to the other domain; returned on the CPU."""
        (translated,) = floats_in_batches(
            lambda batch: (self.translator.translate(batch, source),), images.to(self._device), len(images)
        )
        return translated.cpu()

    def probabilities(self, images: Tensor, source: int, reader: str | None = None) -> Tensor:
        """Class probabilities of images: (N, K), each row sums to 1, on the CPU.

        Args:
            images: Images of domain `source`, (N, C, S, S) in [-1, 1].
            source: 0 or 1.
            reader: One of `readers`, or None for its first.

        Raises:
            InputError: if the model cannot label them, see `refuse_unlabelled`.
        """
        reader = self.reader(source, reader)
        network = cast(TranslatesImages | Labeller, self.network)

        def label(batch: Tensor) -> tuple[Tensor]:
            return (reader_probabilities(network, self.classifiers, self.adapted, batch, source, (reader,))[reader],)

        (probabilities,) = floats_in_batches(label, images.to(self._device), len(images))
        return probabilities.cpu()

    def readers(self, source: int) -> tuple[str, ...]:
        """The readers that can label images of domain `source`.

        The default comes first: the best one on validation images, or the adapted classifier if there were no labels to
        measure by.
        """
        if isinstance(self.network, Labeller):
            return (LABELLER,)
        if self.adapted[source] is None:
            return ("translated",)
        metrics, name = self.about.get("validation_metrics", {}), accuracy_name(self.directions[source])
        measured = {"adapted": read_name("adapted", name), "translated": name, "both": read_name("both", name)}
        return tuple(sorted(measured, key=lambda reader: metrics.get(measured[reader], 0.0), reverse=True))

    def reader(self, source: int, asked: str | None) -> str:
        """The reader that a user asked for, or the default one.

        Raises:
            InputError: if the model cannot label images of domain `source`, or has no such reader.
        """
        self.refuse_unlabelled(source)
        readers = self.readers(source)
        if asked is not None and asked not in readers:
            raise InputError(
                f"--reader {asked} must be one of {', '.join(readers)} for this model; leave it out, or choose one"
            )
        return asked or readers[0]

    def refuse_unlabelled(self, source: int) -> None:
        """Refuse images of domain `source` if the model cannot label them.

        Raises:
            InputError: if the other domain had no labels, or the model was trained for the other direction only.
        """
        if isinstance(self.network, Labeller):
            if source not in self.network.sources:
                raise InputError(
                    f"the model was trained for {self.directions[1 - source]} only, so it cannot label images of "
                    f"{self.config.domains[source]}; search again with --direction both"
                )
            return
        classifier = self.classifiers[1 - source]
        if classifier is None:
            raise InputError(
                f"the model has no classifier of {self.config.domain_names[1 - source]}, which had no labels, so "
                f"{self.directions[source]} gives images but no labels; use translate, or --direction "
                f"{self.directions[1 - source]}"
            )

    def to(self, device: torch.device) -> "TrainedModel":
        """Move the networks to a device, and return the model."""
        for network in self._all:
            network.to(device)
        return self

    @property
    def _device(self) -> torch.device:
        return next(parameter.device for network in self._all for parameter in network.parameters())

    @property
    def _all(self) -> list[nn.Module]:
        """All networks that there are."""
        return [each for each in (self.network, *self.classifiers, *self.adapted) if each is not None]


def build_networks(
    config: TrialConfig, shapes: tuple[ImageShape, ImageShape], classes: int, sources: tuple[int, ...] = (0, 1)
) -> tuple[nn.Module, tuple[Classifier, Classifier]]:
    """Untrained networks of the given sizes, in evaluation mode. `sources` is that of `Problem`."""
    first, second = (Classifier(shape.channels, shape.side, classes).eval() for shape in shapes)
    return build_network(config, Problem(shapes, classes, sources)), (first, second)


def trained_network(
    config: TrialConfig, shapes: tuple[ImageShape, ImageShape], classes: int, state: dict[str, Tensor]
) -> nn.Module:
    """The network with the `evaluated_state` of a training, in evaluation mode, on the CPU."""
    network = build_network(config, Problem(shapes, classes, Labeller.sources_of(state)))
    network.load_state_dict(state)
    return network


def write_model(path: Path, model: TrainedModel) -> None:
    """Write `path.safetensors` and then `path.json`, each atomically."""
    tensors: dict[str, Tensor] = {}
    for prefix, module in _networks(model.network, model.classifiers, model.adapted).items():
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


def find_model(folder: Path) -> Path:
    """Find the model in a results folder, in what `export` wrote, or in the folder of a single training.

    Returns:
        Its path without an ending, as `read_model` expects it.

    Raises:
        InputError: if there is no model.
    """
    for name in NAMES:
        if (folder / f"{name}.json").is_file():
            return folder / name
    allowed = " or ".join(f"{name}.json" for name in NAMES)
    raise InputError(
        f"{folder} has no model ({allowed}); give the folder of a search, of a training, or the one that export wrote"
    )


def open_model(asked: Path, results_dir: Path = Path("results")) -> TrainedModel:
    """Read the model of a search, of a training, or of what `export` wrote.

    Args:
        asked: Its folder, or the name of a study.
        results_dir: The folder that holds the results folders of all searches.

    Raises:
        InputError: if there is no model, or it cannot be read.
    """
    study = results_dir / asked
    return read_model(find_model(study if not asked.exists() and study.is_dir() else asked))


def read_model(path: Path) -> TrainedModel:
    """Read what `write_model` wrote.

    Raises:
        InputError: if a file is missing, damaged, or of another format version.
    """
    where = path.with_suffix(".json")
    try:
        header = json.loads(read_regular(where))
        json.dumps(header, ensure_ascii=False).encode()  # refuses lone surrogates: JSON allows them, UTF-8 does not
        tensors = load(read_regular(path.with_suffix(".safetensors")))
    except (OSError, ValueError, RecursionError, SafetensorError) as error:
        raise InputError(f"cannot read the model {path}: {one_line(error)}") from None
    header = check_version(header, FORMAT_VERSION, str(where))
    try:
        return _build(header, tensors, str(where))
    except (LookupError, TypeError, ValueError, AttributeError, ArithmeticError, RuntimeError, MemoryError) as error:
        if isinstance(error, InputError):
            raise
        reason = one_line(error)
        raise InputError(f"{where} does not fit its safetensors file ({reason:.200}); export the model again") from None


def _build(header: dict[str, Any], tensors: dict[str, Tensor], where: str) -> TrainedModel:
    config = TrialConfig.parse(header["config"], where)
    first, second = (_shape(shape) for shape in header["shapes"])
    classes, about = header["classes"], dict(header["about"])
    if type(classes) is not int or classes < 1:
        raise ValueError(f"classes is {show(classes)}")
    names = about.get("classes")
    if names is not None and (len(names) != classes or not all(isinstance(name, str) for name in names)):
        raise ValueError(f"about.classes is {show(names)}")
    remarks = about.get("remarks", [])
    if not isinstance(remarks, list) or not all(isinstance(remark, str) for remark in remarks):
        raise ValueError(f"about.remarks is {show(remarks)}")
    metrics = about.get("validation_metrics", {})
    if not isinstance(metrics, dict) or not all(isinstance(value, int | float) for value in metrics.values()):
        raise ValueError(f"about.validation_metrics is {show(metrics)}")
    if "images" in about:
        first_read, second_read = about["images"]
        for read_as in (first_read, second_read):
            if read_as is not None:
                ReadAs.from_dict(read_as)
    sources = Labeller.sources_of(name.removeprefix("labeller.") for name in tensors)

    def build() -> tuple[nn.Module, Classifiers, Classifiers]:
        network, built = build_networks(config, (first, second), classes, sources)

        def present(kind: str) -> Classifiers:
            found_a, found_b = (
                deepcopy(classifier) if any(name.startswith(f"{kind}_{letter}.") for name in tensors) else None
                for letter, classifier in zip("ab", built, strict=True)
            )
            return found_a, found_b

        return network, present("classifier"), present("adapted")

    with torch.device("meta"):  # takes no memory: a header may ask for networks of any size
        sizes = {
            f"{prefix}.{name}": value.shape
            for prefix, module in _networks(*build()).items()
            for name, value in module.state_dict().items()
        }
    if sizes != {name: value.shape for name, value in tensors.items()}:
        raise ValueError("it describes other networks")
    network, classifiers, adapted = build()
    for prefix, module in _networks(network, classifiers, adapted).items():
        start = f"{prefix}."
        module.load_state_dict(
            {name.removeprefix(start): value for name, value in tensors.items() if name.startswith(start)}
        )
    return TrainedModel(config, (first, second), classes, network, classifiers, about, adapted)


def _shape(content: Any) -> ImageShape:
    channels, side = content
    if channels not in (1, 3) or type(side) is not int or not LEAST_SIDE <= side <= LARGEST_SIDE:
        raise ValueError(f"a shape is {show(content)}")
    return ImageShape(channels, side)


def _networks(network: nn.Module, classifiers: Classifiers, adapted: Classifiers) -> dict[str, nn.Module]:
    kind = "labeller" if isinstance(network, Labeller) else "translator"
    named = {kind: network, "classifier_a": classifiers[0], "classifier_b": classifiers[1]}
    named |= {"adapted_a": adapted[0], "adapted_b": adapted[1]}
    return {name: network for name, network in named.items() if network is not None}

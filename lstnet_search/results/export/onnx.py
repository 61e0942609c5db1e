"""A model as ONNX files, which run without this project and without PyTorch."""

import json
from importlib.util import find_spec
from pathlib import Path

import torch
from torch import Tensor, nn

from lstnet_search.domains.registry import is_digits
from lstnet_search.errors import InputError
from lstnet_search.io.atomic import whole_folder, write_whole
from lstnet_search.models import Translator
from lstnet_search.models.classifier import Classifier
from lstnet_search.results.export.model import TrainedModel

PACKAGES = ("onnx", "onnxscript")


class _Direction(nn.Module):
    """One direction of a model, as it is exported."""

    def __init__(self, translator: Translator, classifier: Classifier | None, source: int) -> None:
        super().__init__()
        self.translator = translator
        self.classifier = classifier
        self.source = source

    def forward(self, images: Tensor) -> tuple[Tensor, ...]:
        translated = self.translator.translate(images, self.source)
        if self.classifier is None:
            return (translated,)
        return translated, self.classifier(translated).softmax(1)


def export_onnx(model: TrainedModel, target: Path) -> None:
    """Write `<direction>.onnx` for both directions, the adapted classifiers, and a README, into a new folder.

    A file takes `images` of the source domain, float32 (N, C, S, S) in [-1, 1]. It returns `translated`, the images
    translated to the other domain, and `probabilities`, (N, K), if that domain has a classifier. Its metadata
    names the direction, domains, shapes, pixel range and classes, and says how other images are brought to the domain's
    shape. `<direction>-adapted.onnx` takes the same images and returns `probabilities` alone, without a translation.

    Args:
        model: The model, on the CPU.
        target: Folder to make.

    Raises:
        InputError: if the target exists, a package that this needs is missing, or the method does not translate images.
    """
    translator = model.translator
    if target.exists():
        raise InputError(f"{target} exists already; choose another --to")
    missing = [name for name in PACKAGES if find_spec(name) is None]
    if missing:
        raise InputError(
            f"--format onnx needs the packages {' and '.join(PACKAGES)}; not installed: {', '.join(missing)}; "
            "pip install 'lstnet-search[onnx]'"
        )
    target.parent.mkdir(parents=True, exist_ok=True)
    with whole_folder(target) as folder:
        for source, direction in enumerate(model.directions):
            classifier, adapted = model.classifiers[1 - source], model.adapted[source]
            outputs = ["translated"] if classifier is None else ["translated", "probabilities"]
            translating = _Direction(translator, classifier, source)
            write_whole(folder / f"{direction}.onnx", _onnx(model, source, translating, outputs))
            if adapted is not None:
                content = _onnx(model, source, nn.Sequential(adapted, nn.Softmax(1)), ["probabilities"])
                write_whole(folder / f"{direction}-adapted.onnx", content)
        write_whole(folder / "README.md", _readme(model))


def _onnx(model: TrainedModel, source: int, network: nn.Module, outputs: list[str]) -> bytes:
    shape = model.shapes[source]
    program = torch.onnx.export(
        network.eval(),
        (torch.zeros(2, shape.channels, shape.side, shape.side),),  # a batch of 1 would be exported as a constant
        input_names=["images"],
        output_names=outputs,
        dynamic_shapes=({0: torch.export.Dim("batch")},),
        dynamo=True,
        verbose=False,
    )
    assert program is not None
    program.model.metadata_props.update(_metadata(model, source))
    content: bytes = program.model_proto.SerializeToString()
    return content


def _metadata(model: TrainedModel, source: int) -> dict[str, str]:
    names, shapes, read_as = model.config.domain_names, model.shapes, model.read_as[source]
    return {
        "direction": model.directions[source],
        "source_domain": names[source],
        "target_domain": names[1 - source],
        "source_shape": json.dumps([shapes[source].channels, shapes[source].side, shapes[source].side]),
        "target_shape": json.dumps([shapes[1 - source].channels, shapes[1 - source].side, shapes[1 - source].side]),
        "pixel_range": "[-1, 1]",
        "classes": str(model.classes),
        "class_names": json.dumps(model.class_names),
        "squares": "stretch" if read_as is None else read_as.fit,
        "resizing": "bilinear along an axis that grows, by area along one that shrinks",
        "grey": "the mean of the three channels; grey images are repeated in RGB",
        "transparent_pixels": "0" if read_as is None else str(read_as.ground),
    }


EXAMPLE = """\
import json

import numpy
import onnxruntime
from PIL import Image

session = onnxruntime.InferenceSession("DIRECTION.onnx")
about = session.get_modelmeta().custom_metadata_map
channels, height, width = json.loads(about["source_shape"])

image = Image.open("image.png")
if image.has_transparency_data:
    image = image.convert("RGBA")
    ground = Image.new("RGBA", image.size, (int(about["transparent_pixels"]),) * 3 + (255,))
    image = Image.alpha_composite(ground, image)
image = image if image.mode == "L" else image.convert("RGB")
if about["squares"] != "stretch":
    pixels = numpy.asarray(image).reshape(image.height, image.width, -1)
    border = numpy.concatenate([numpy.concatenate(pixels[[0, -1]]), numpy.concatenate(pixels[:, [0, -1]])])
    colour = tuple(numpy.percentile(border, 50, axis=0, method="lower").tolist())
    side = min(image.size) if about["squares"] == "crop" else max(image.size)
    square = Image.new(image.mode, (side, side), colour if len(colour) > 1 else colour[0])
    square.paste(image, (int((side - image.width) / 2), int((side - image.height) / 2)))
    image = square
smaller = min(image.width, width), min(image.height, height)
image = image.resize(smaller, Image.Resampling.BOX).resize((width, height), Image.Resampling.BILINEAR)
pixels = numpy.asarray(image, numpy.float32).reshape(height, width, -1)
if channels == 1:
    pixels = pixels.mean(axis=2, keepdims=True)
pixels = numpy.broadcast_to(pixels, (height, width, channels)).transpose(2, 0, 1)
images = numpy.ascontiguousarray(pixels[None]) / numpy.float32(127.5) - 1
"""
"""Reads one image as the model expects it."""

LABELLING = """\
translated, probabilities = session.run(None, {"images": images})
print(json.loads(about["class_names"])[probabilities[0].argmax()])
"""

TRANSLATING = """\
(translated,) = session.run(None, {"images": images})
print(translated.shape)
"""


def _example(model: TrainedModel) -> list[str]:
    """A whole program for one direction: one that labels, if there is one."""
    source = 0 if model.classifiers[1] is not None or model.classifiers[0] is None else 1
    use = TRANSLATING if model.classifiers[1 - source] is None else LABELLING
    return (EXAMPLE.replace("DIRECTION", model.directions[source]) + use).splitlines()


def _readme(model: TrainedModel) -> str:
    origin = [f"- {remark}" for remark in model.about.get("remarks", [])]
    files = []
    for source, direction in enumerate(model.directions):
        shape, name = model.shapes[source], model.config.domain_names[source]
        labels = "" if model.classifiers[1 - source] is None else f", `probabilities` (N, {model.classes})"
        files.append(
            f"| `{direction}.onnx` | `images` (N, {shape.channels}, {shape.side}, {shape.side}) of {name} "
            f"| `translated`{labels} |"
        )
        if model.adapted[source] is not None:
            files.append(f"| `{direction}-adapted.onnx` | the same images | `probabilities` (N, {model.classes}) |")
    bright = "; digits are bright on dark" if any(map(is_digits, model.config.domains)) else ""
    return "\n".join(
        [
            "# A model of LSTNet Search, as ONNX",
            "",
            *origin,
            "",
            "| file | takes | gives |",
            "|---|---|---|",
            *files,
            "",
            f"Images are float32 in [-1, 1]: pixels of 0 to 255, divided by 127.5, less 1{bright}.",
            "Each file's metadata give the domains, the direction, the shapes, the classes' names, and how images",
            "of other sizes and colours are brought to the source domain's, as here for `image.png`:",
            "",
            "```python",
            *_example(model),
            "```",
            "",
        ]
    )

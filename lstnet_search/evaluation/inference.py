"""Applies networks to many images, without gradients."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Protocol

import torch
from torch import Tensor, nn

from lstnet_search.domains import to_unit_range
from lstnet_search.methods.labeller import Labeller
from lstnet_search.models.classifier import Classifier

BATCH_SIZE = 256


class TranslatesImages(Protocol):
    """A module that translates images of either domain into the other."""

    def translate(self, images: Tensor, source: int) -> Tensor:
        """Translate images.

        Args:
            images: images of domain `source`, (N, C, H, W) in [-1, 1].
            source: 0 for a pair's `a`, 1 for its `b`.

        Returns:
            The same number of images of the other domain, with its channels and side, in [-1, 1].
        """
        ...

    def modules(self) -> Iterator[nn.Module]:
        """As `nn.Module.modules`."""
        ...

    def eval(self) -> object:
        """As `nn.Module.eval`."""
        ...


def classifier_logits(classifier: Classifier, images: Tensor) -> Tensor:
    """Logits, (N, K), of images (N, C, H, W) in [-1, 1]. Always computed in float32, even under autocast."""
    return features_and_logits(classifier, images)[1]


def features_and_logits(classifier: Classifier, images: Tensor) -> tuple[Tensor, Tensor]:
    """Last hidden features, (N, D), and logits, (N, K). Always computed in float32, even under autocast."""
    with torch.autocast(images.device.type, enabled=False):
        features = classifier.features(images.float())
        logits: Tensor = classifier.head(features)
        return features, logits


def labeller_outputs(
    labeller: Labeller, images: Tensor, source: int, batch_size: int = BATCH_SIZE
) -> tuple[Tensor, Tensor]:
    """Features, (N, D), and logits, (N, K), both float32, of uint8 images (N, C, H, W) of domain `source`."""

    def label(batch: Tensor) -> tuple[Tensor, Tensor]:
        features, logits = labeller.label(batch, source)
        return features.float(), logits.float()

    with evaluation_mode(labeller):
        features, logits = in_batches(label, images, batch_size)
    return features, logits


def in_batches(
    function: Callable[[Tensor], tuple[Tensor, ...]], images: Tensor, batch_size: int = BATCH_SIZE
) -> tuple[Tensor, ...]:
    """Apply a function of float images in [-1, 1] to uint8 images (N, C, H, W), batch by batch."""
    return floats_in_batches(lambda batch: function(to_unit_range(batch)), images, batch_size)


@torch.inference_mode()
def floats_in_batches(
    function: Callable[[Tensor], tuple[Tensor, ...]], images: Tensor, batch_size: int = BATCH_SIZE
) -> tuple[Tensor, ...]:
    """Apply a function to unconverted images (N, C, H, W), batch by batch."""
    outputs = [
        function(batch.contiguous(memory_format=torch.channels_last)) for batch in torch.split(images, batch_size)
    ]
    return tuple(torch.cat(each) for each in zip(*outputs, strict=True))


@contextmanager
def evaluation_mode(module: TranslatesImages | nn.Module) -> Iterator[None]:
    """Put a module into evaluation mode for a while. Afterwards, each submodule gets its own mode back."""
    modes = [(each, each.training) for each in module.modules()]
    module.eval()
    try:
        yield
    finally:
        for each, training in modes:
            each.training = training

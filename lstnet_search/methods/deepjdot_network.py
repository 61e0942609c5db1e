"""DeepJDOT's network: one CNN for images of both domains."""

from torch import Tensor, nn

from lstnet_search.methods.labeller import DirectionNetwork
from lstnet_search.methods.resizing import match_shape
from lstnet_search.models import ImageShape

FILTERS = (32, 32, 64, 64, 128, 128)
FEATURES = 128
LARGEST_SIDE = 64
"""Larger images are resized to it: with a pool stride of 1, the linear layer grows with the square of the side."""


class JointNetwork(DirectionNetwork):
    """Six convolutions with a 2x2 pooling after every second one, then 128 features in (0, 1)."""

    def __init__(self, shapes: tuple[ImageShape, ImageShape], classes: int, width: float, pool_stride: int) -> None:
        """Build the network with Keras' default initialisation, as the authors do.

        Args:
            shapes: image shapes of both domains. The network sees the larger side, at most 64, and colour if either
                has it.
            classes: number of classes.
            width: factor on the number of filters of the convolutions.
            pool_stride: 1 or 2.
        """
        super().__init__()
        side = min(max(shape.side for shape in shapes), LARGEST_SIDE)
        self._shape = ImageShape(max(shape.channels for shape in shapes), side)
        channels, side = self._shape.channels, self._shape.side
        layers: list[nn.Module] = []
        for index, filters in enumerate(FILTERS):
            size = max(4, round(filters * width))
            layers += [nn.Conv2d(channels, size, 3, padding=1), nn.ReLU(inplace=True)]
            channels = size
            if index % 2:
                layers.append(nn.MaxPool2d(2, pool_stride))
                side = (side - 2) // pool_stride + 1
        self.body = nn.Sequential(*layers, nn.Flatten(), nn.Linear(channels * side**2, FEATURES), nn.Sigmoid())
        self.classes = nn.Linear(FEATURES, classes)
        self.apply(_initialise)

    def as_input(self, images: Tensor) -> Tensor:
        """Images (N, C, S, S) in [-1, 1] of either domain, with the network's channels and side."""
        return match_shape(images, self._shape)

    def forward(self, inputs: Tensor) -> tuple[Tensor, Tensor]:
        """Features (N, 128) and logits (N, K) of images that `as_input` converted."""
        features = self.body(inputs)
        return features, self.classes(features)

    def label(self, images: Tensor, domain: int) -> tuple[Tensor, Tensor]:
        """Features (N, 128) and logits (N, K) of images (N, C, S, S) in [-1, 1] of either domain."""
        features, logits = self(self.as_input(images))
        return features, logits


def _initialise(module: nn.Module) -> None:
    if isinstance(module, nn.Conv2d | nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        assert module.bias is not None
        nn.init.zeros_(module.bias)

"""DeepJDOT's network: one CNN for images of both domains."""

from torch import Tensor, nn

from lstnet_search.methods.labeller import Adapted
from lstnet_search.methods.resizing import fit
from lstnet_search.models import ImageShape

FILTERS = (32, 32, 64, 64, 128, 128)
FEATURES = 128


def common_shape(shapes: tuple[ImageShape, ImageShape]) -> ImageShape:
    """Of the images that the network sees: the larger side, and colours if either domain has any."""
    return ImageShape(max(shape.channels for shape in shapes), max(shape.side for shape in shapes))


class JointNetwork(Adapted):
    """Six convolutions, a pooling of kernel 2 after every second, and 128 features in (0, 1)."""

    def __init__(self, shapes: tuple[ImageShape, ImageShape], classes: int, width: float, pool_stride: int) -> None:
        """Build it with Keras' initial weights, as the authors' is.

        Args:
            shapes: of the images of both domains.
            classes: number of classes.
            width: factor on the filters of convolutions.
            pool_stride: 1 or 2.
        """
        super().__init__()
        self._shape = common_shape(shapes)
        channels, side = self._shape.channels, self._shape.side
        layers: list[nn.Module] = []
        for place, filters in enumerate(FILTERS):
            size = max(4, round(filters * width))
            layers += [nn.Conv2d(channels, size, 3, padding=1), nn.ReLU(inplace=True)]
            channels = size
            if place % 2:
                layers.append(nn.MaxPool2d(2, pool_stride))
                side = (side - 2) // pool_stride + 1
        self.body = nn.Sequential(*layers, nn.Flatten(), nn.Linear(channels * side**2, FEATURES), nn.Sigmoid())
        self.classes = nn.Linear(FEATURES, classes)
        self.apply(_as_keras)

    def fit(self, images: Tensor) -> Tensor:
        """Images (N, C, S, S) in [-1, 1] of either domain with the common channels and side."""
        return fit(images, self._shape)

    def forward(self, fitted: Tensor) -> tuple[Tensor, Tensor]:
        """Features (N, 128) and logits (N, K) of what `fit` gave."""
        features = self.body(fitted)
        return features, self.classes(features)

    def label(self, images: Tensor, domain: int) -> tuple[Tensor, Tensor]:
        """The same of images as they are, (N, C, S, S) in [-1, 1], whichever domain they are of."""
        features, logits = self(self.fit(images))
        return features, logits


def _as_keras(module: nn.Module) -> None:
    if isinstance(module, nn.Conv2d | nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        assert module.bias is not None
        nn.init.zeros_(module.bias)

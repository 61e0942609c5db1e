import pytest
import torch
from torch.nn import functional as F

from lstnet_search.models.classifier import Classifier


@pytest.mark.parametrize("side", [14, 16, 28, 32])
@pytest.mark.parametrize("channels", [1, 3])
def test_every_allowed_shape_gives_one_logit_per_class(channels: int, side: int) -> None:
    images = torch.zeros(2, channels, side, side)
    classifier = Classifier(channels, side, classes=7).eval()
    assert classifier(images).shape == (2, 7)
    assert classifier.features(images).shape == (2, 128)


def test_logits_are_a_linear_map_of_the_features() -> None:
    torch.manual_seed(0)
    classifier = Classifier(1, 16, 10).eval()
    images = torch.rand(3, 1, 16, 16) * 2 - 1
    expected = F.linear(classifier.features(images), classifier.head.weight, classifier.head.bias)
    torch.testing.assert_close(classifier(images), expected)


def test_an_images_logits_do_not_depend_on_the_rest_of_the_batch() -> None:
    torch.manual_seed(0)
    classifier = Classifier(3, 14, 10).eval()
    images = torch.rand(5, 3, 14, 14) * 2 - 1
    torch.testing.assert_close(classifier(images)[2:3], classifier(images[2:3]))


def test_the_number_of_weights_is_that_of_the_layers() -> None:
    # 9·16 + 9·16·32 + 9·32·64 convolutions, 64·4·4·128 hidden, 128·10 + 10 output, 2·(16 + 32 + 64 + 128) BatchNorm.
    expected = 144 + 4608 + 18432 + 131072 + 1290 + 480
    assert sum(weight.numel() for weight in Classifier(1, 28, 10).parameters()) == expected

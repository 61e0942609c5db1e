"""Images of 2x2 pixels, with classifiers and translators whose results can be worked out by hand."""

import torch
from torch import Tensor, nn

from lstnet_search.domains import Domain


class Brightest(nn.Module):
    """A classifier of 2x2 images whose label is the index of the brightest of the four pixels."""

    head = nn.Identity()

    def features(self, images: Tensor) -> Tensor:
        return images.flatten(1)


class Always(nn.Module):
    """A classifier that gives every image the same label of four."""

    head = nn.Identity()

    def __init__(self, label: int) -> None:
        super().__init__()
        self.label = label

    def features(self, images: Tensor) -> Tensor:
        logits = torch.zeros(len(images), 4)
        logits[:, self.label] = 1
        return logits


class Roll(nn.Module):
    """A translator of 2x2 images that rotates the four pixels, of `a` and of `b` by different numbers of places."""

    def __init__(self, places_a: int, places_b: int) -> None:
        super().__init__()
        self.places = (places_a, places_b)

    def translate(self, images: Tensor, source: int) -> Tensor:
        return images.flatten(1).roll(self.places[source], dims=1).view_as(images)


def brightest_at(name: str, places: list[int], labels: list[int] | None) -> Domain:
    """Images with one white pixel each."""
    images = torch.zeros(len(places), 4, dtype=torch.uint8)
    images[torch.arange(len(places)), places] = 255
    known = None if labels is None else torch.tensor(labels)
    return Domain(name, images.view(-1, 1, 2, 2), known, classes=4)

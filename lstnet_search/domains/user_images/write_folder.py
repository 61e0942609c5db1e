"""Writes images of a known set as a folder of files, in the layout that `folder:PATH` reads."""

from pathlib import Path

import torch
from PIL import Image

from lstnet_search.domains.domain import Domain
from lstnet_search.io.atomic import whole_folder


def write_folder(domain: Domain, to: Path, count: int, classes: int | None = None, unlabelled: bool = False) -> int:
    """Write PNG files, in one subfolder per class. A file's name is the image's index in the set.

    Args:
        domain: labelled images.
        to: a folder that does not exist or is empty; its parent must exist.
        count: number of images to write: the first ones of each class, in equal shares that are rounded up. Fewer if
            a class has too few.
        classes: number of classes to write, from the first; None for all.
        unlabelled: write all files into one folder, without subfolders.

    Returns:
        The number of images written.
    """
    assert domain.labels is not None
    names = domain.named_classes()[:classes]
    written = 0
    with whole_folder(to) as folder:
        for label, name in enumerate(names):
            indices = (domain.labels == label).nonzero().flatten()[: -(-count // len(names))]
            subfolder = folder if unlabelled else folder / name
            subfolder.mkdir(exist_ok=True)
            for index in indices.tolist():
                image = domain.images[index]
                pixels = image[0] if domain.channels == 1 else torch.movedim(image, 0, -1).contiguous()
                Image.fromarray(pixels.numpy()).save(subfolder / f"{index:05d}.png")
            written += len(indices)
    return written

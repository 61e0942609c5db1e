"""Images of a known set as a folder of files, in the layout that `folder:PATH` reads."""

from pathlib import Path

import torch
from PIL import Image

from lstnet_search.domains.domain import Domain
from lstnet_search.io.atomic import whole_folder


def write_folder(domain: Domain, to: Path, count: int, classes: int | None = None, unlabelled: bool = False) -> int:
    """Write PNG files, a subfolder a class; names are places in the set.

    Args:
        domain: labelled images.
        to: absent, or an empty folder; in an existing folder.
        count: images, the first of each class, shared evenly; fewer where a class has not as many.
        classes: only the first so many classes; None for all.
        unlabelled: without subfolders.

    Returns:
        How many were written.
    """
    assert domain.labels is not None
    names = domain.named_classes()[:classes]
    written = 0
    with whole_folder(to) as made:
        for label, name in enumerate(names):
            places = (domain.labels == label).nonzero().flatten()[: -(-count // len(names))]
            inside = made if unlabelled else made / name
            inside.mkdir(exist_ok=True)
            for place in places.tolist():
                image = domain.images[place]
                pixels = image[0] if domain.channels == 1 else torch.movedim(image, 0, -1).contiguous()
                Image.fromarray(pixels.numpy()).save(inside / f"{place:05d}.png")
            written += len(places)
    return written

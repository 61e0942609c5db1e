"""Images that a Python program gives as an array."""

from collections.abc import Iterator
from hashlib import sha256

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from lstnet_search.domains.formats.arrays import as_images
from lstnet_search.domains.formats.source import ImageFile, Layout, fingerprint_of
from lstnet_search.errors import InputError


class GivenImages:
    """An array as an `ImageSource`, without labels. An image's name is its row, from 0."""

    where = "images"
    extra = pa.schema([])

    def __init__(self, values: NDArray[np.generic]) -> None:
        """Take the array.

        Args:
            values: images in any shape and range that `as_images` accepts.

        Raises:
            InputError: if they are not images, or there are none.
        """
        self._images, self.remarks = as_images(values, self.where)
        if not len(self._images):
            raise InputError("images is an array of no images; give one or more")
        self.fingerprint = fingerprint_of(
            repr(self._images.shape), [("pixels", sha256(self._images.tobytes()).hexdigest())]
        )

    def __len__(self) -> int:
        return len(self._images)

    def __iter__(self) -> Iterator[ImageFile]:
        for row, image in enumerate(self._images):
            yield ImageFile(str(row), image)

    def layout(self) -> Layout:
        """See `ImageSource`."""
        return Layout(None, None)

    def png_name(self, name: str) -> str:
        """The image's row with the ending .png."""
        return f"{name}.png"

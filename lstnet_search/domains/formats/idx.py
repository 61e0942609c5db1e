"""IDX, the format of MNIST's files: as they are found, compressed or not, with any of their usual names."""

import gzip
import re
from math import prod
from pathlib import PurePosixPath

import numpy as np
from numpy.typing import NDArray

from lstnet_search.domains.formats.arrays import ArrayPart, ImageArrays, as_images, as_labels, upright
from lstnet_search.domains.formats.parts import part_of_file
from lstnet_search.domains.formats.trees import FileTree, refuse_expansion
from lstnet_search.errors import InputError, listed, one_line

IDX_NAME = re.compile(
    r"(?P<stem>.+[-_.])(?P<what>images|labels)(?P<form>[-.]idx[123](?:[-.](?:ubyte|int))?)(?:\.gz)?", re.I
)
"""train-images-idx3-ubyte, t10k-labels.idx1-ubyte, qmnist-test-labels-idx2-int, emnist-train-images-idx3-ubyte.gz."""

_TYPES = {8: ">u1", 9: ">i1", 11: ">i2", 12: ">i4", 13: ">f4", 14: ">f8"}


def read_idx_file(tree: FileTree, name: str) -> NDArray[np.generic]:
    """The array in one IDX file.

    Raises:
        Exception: of any type, if the file is damaged.
    """
    with tree.open(name) as opened:
        packed = opened.read(2) == b"\x1f\x8b"  # the ending says so in most files, but not in all
        opened.seek(0)
        file = gzip.GzipFile(fileobj=opened) if packed else opened
        start = file.read(4)
        if len(start) != 4 or start[:2] != b"\0\0" or start[2] not in _TYPES:
            raise ValueError("it does not begin like an IDX file")
        lengths = np.frombuffer(file.read(4 * start[3]), ">u4").tolist()
        if len(lengths) != start[3]:
            raise ValueError("its header is cut")
        kind = np.dtype(_TYPES[start[2]])
        size = prod(lengths) * kind.itemsize
        refuse_expansion(size, tree.files[name].size)
        content = file.read(size + 1)
    if len(content) != size:
        raise ValueError(f"it announces {'x'.join(map(str, lengths))} values, but holds {len(content)} bytes")
    values = np.frombuffer(content, kind).reshape(lengths)
    return values.astype(kind.newbyteorder("="))


def idx_names(tree: FileTree) -> dict[str, str]:
    """Files of images with an IDX name, each with its file of labels ("" if there is none).

    Of a file and its compressed copy, only the first counts. A file may lie in a folder of its own name.
    """
    by_stem: dict[tuple[str, str, str], str] = {}
    for name in tree.files:
        path = PurePosixPath(name)
        if match := IDX_NAME.fullmatch(path.name):
            folder = path.parent.parent if path.parent.name == path.name else path.parent
            by_stem.setdefault((str(folder), match["stem"].lower(), match["what"].lower()), name)
    return {
        name: by_stem.get((folder, stem, "labels"), "")
        for (folder, stem, what), name in by_stem.items()
        if what == "images"
    }


def read_idx_set(tree: FileTree) -> ImageArrays:
    """Read all files of images with an IDX name, and their labels. EMNIST's images lie on their side and are turned.

    Raises:
        InputError: if a file is damaged, or the files of several sets lie together.
    """
    parts: list[ArrayPart] = []
    remarks: list[str] = []
    pairs = idx_names(tree)
    for images_name, labels_name in pairs.items():
        name = images_name
        try:
            values = read_idx_file(tree, images_name)
            name = labels_name
            labels = read_idx_file(tree, labels_name) if labels_name else None
        except Exception as error:  # a damaged file can raise anything
            raise InputError(
                f"{tree.where}: {name} is damaged ({one_line(error):.200}); restore the original file"
            ) from None
        images, changes = as_images(values, f"{tree.where}: {images_name}")
        images, turned = upright(images, images_name)
        if labels is not None and labels.ndim == 2:  # QMNIST's labels also say who wrote the digit
            labels = labels[:, 0]
        if labels is None:
            remarks.append(f"{images_name} has no file of labels beside it")
        part = (part_of_file(PurePosixPath(images_name).name) or "") if len(pairs) > 1 else ""
        parts.append(ArrayPart(part, images, None if labels is None else as_labels(labels, f"{tree.where}: {name}")))
        remarks += changes + turned
    names = [part.part for part in parts]
    if len(set(names)) < len(names):
        raise InputError(
            f"{tree.where} holds the files of several sets ({listed(pairs)}); give one set by a pattern, "
            f"such as {PurePosixPath(next(iter(pairs))).name.split('-')[0]}-*"
        )
    return ImageArrays(tree, parts, remarks)

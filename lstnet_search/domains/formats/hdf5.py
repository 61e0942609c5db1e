"""HDF5 files of arrays, such as `usps.h5`: a group per part, with `data` and `target`."""

from importlib.util import find_spec
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lstnet_search.domains.formats.arrays import ArrayPart, ImageArrays, as_images, as_labels
from lstnet_search.domains.formats.parts import known_part
from lstnet_search.domains.formats.trees import FileTree, refuse_expansion
from lstnet_search.errors import InputError, one_line


def read_hdf5(tree: FileTree, name: str) -> ImageArrays:
    """Read a file with the groups train and test, each with the arrays data and target.

    Raises:
        InputError: if h5py is not installed, or the file is damaged or has other groups.
    """
    where = tree.where
    if find_spec("h5py") is None:
        raise InputError(f"{where} needs the package h5py, which is not installed; pip install 'lstnet-search[hdf5]'")
    import h5py

    parts: list[ArrayPart] = []
    remarks: list[str] = []
    try:
        with tree.open(name) as file, h5py.File(file, "r") as content:
            for key in content:
                if known_part(key) is None:
                    continue
                group = _inside(content, key)
                if not isinstance(group, h5py.Group) or "data" not in group:
                    continue
                images, changes = as_images(_values(group, "data", tree.files[name].size), where)
                labels = (
                    as_labels(_values(group, "target", tree.files[name].size), where) if "target" in group else None
                )
                parts.append(ArrayPart(key, images, labels))
                remarks += changes
    except InputError:
        raise
    except Exception as error:  # h5py raises any type of error if a file is damaged
        raise InputError(
            f"{where} is not an HDF5 file that can be read ({one_line(error):.200}); fetch it again"
        ) from None
    if not parts:
        raise InputError(
            f"{where} must have the groups 'train' and 'test' with 'data' and 'target'; convert it to .npz"
        )
    return ImageArrays(tree, parts, remarks)


def _inside(group: Any, key: str) -> Any:
    """A member of a group. Links are refused: they could lead to any file of this machine.

    Raises:
        ValueError: if it is a link to another place.
    """
    import h5py

    if not isinstance(group.get(key, getlink=True), h5py.HardLink):
        raise ValueError(f"{key} is a link; save what it leads to")
    return group[key]


def _values(group: Any, key: str, size: int) -> NDArray[Any]:
    """The values of an array in a file of `size` bytes.

    Raises:
        ValueError: if it is not an array, lies in other files, or is much too large.
    """
    import h5py

    array = _inside(group, key)
    if not isinstance(array, h5py.Dataset) or array.external or array.is_virtual:
        raise ValueError(f"{key} is no array in this file")
    refuse_expansion(array.nbytes, size)
    return np.asarray(array[()])

"""HDF5 files of arrays, such as `usps.h5`: a group per part, with `data` and `target`."""

from importlib.util import find_spec

from lstnet_search.domains.formats.arrays import ArrayPart, ImageArrays, as_images, as_labels
from lstnet_search.domains.formats.parts import known_part
from lstnet_search.domains.formats.trees import FileTree
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
                group = content[key]
                if known_part(key) is None or not isinstance(group, h5py.Group) or "data" not in group:
                    continue
                images, changes = as_images(group["data"][()], where)
                labels = as_labels(group["target"][()], where) if "target" in group else None
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
    return ImageArrays(tree, sorted(parts, key=lambda part: known_part(part.part) != "train"), remarks)

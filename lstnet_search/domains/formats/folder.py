"""Folders of image files: one subfolder per class, all in one folder, or both in folders called train and test."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import PurePosixPath

import pyarrow as pa
from PIL import features

from lstnet_search.domains.class_names import composed
from lstnet_search.domains.formats.parts import known_part, resolve_parts
from lstnet_search.domains.formats.source import ImageFile, Layout, fingerprint_of
from lstnet_search.domains.formats.trees import FileTree, printable
from lstnet_search.errors import InputError, listed

ENDINGS = (
    *(".png", ".jpg", ".jpeg", ".jpe", ".jfif", ".bmp", ".dib", ".gif", ".tif", ".tiff", ".webp"),
    *(".pbm", ".pgm", ".ppm", ".pnm", ".apng"),
    *((".jp2", ".j2k", ".jpx") if features.check("jpg_2000") else ()),
    *((".avif",) if features.check("avif") else ()),
)
"""A file in a folder is taken for an image if its name has one of these endings."""

UNREADABLE_ENDINGS = (
    *(".heic", ".heif", ".jxl", ".svg", ".psd", ".ico", ".tga", ".exr", ".hdr", ".dcm", ".qoi", ".xcf"),
    *(".dng", ".nef", ".cr2", ".cr3", ".arw", ".raf", ".orf", ".jp2", ".j2k", ".jpx", ".avif"),
)
"""Endings of other image files. They are listed as images that cannot be read, so that none is left out silently."""


def image_names(tree: FileTree) -> list[str]:
    """The sorted paths of a tree's images, including those in formats that are not read."""
    return [name for name in tree.files if name.lower().endswith((*ENDINGS, *UNREADABLE_ENDINGS))]


def read_image(tree: FileTree, name: str) -> ImageFile:
    """An image of a tree, not opened yet unless the tree is packed or remote."""
    if not name.lower().endswith(ENDINGS):
        ending = PurePosixPath(name).suffix
        return ImageFile(printable(name), None, problem=f"{ending} is not read; save it as PNG or JPEG")
    try:
        return ImageFile(printable(name), tree.content(name))
    except (OSError, ValueError) as error:
        return ImageFile(printable(name), None, problem=str(error))


class ImageFolder:
    """All image files of a tree, sorted by path. Hidden files are left out."""

    extra = pa.schema([])

    def __init__(self, tree: FileTree, remarks: Sequence[str] = ()) -> None:
        """List the files.

        Raises:
            InputError: if there is no image file.
        """
        self.where, self.remarks = tree.where, tuple(remarks)
        self._tree, self._names = tree, image_names(tree)
        if not self._names:
            raise InputError(f"{self.where} holds no images; give a folder with files that end in {', '.join(ENDINGS)}")
        self.fingerprint = fingerprint_of(tree.identity, ((name, tree.files[name]) for name in self._names))
        self._replace_endings = len({_with_png(name) for name in self._names}) == len(self._names)

    def __len__(self) -> int:
        return len(self._names)

    def __iter__(self) -> Iterator[ImageFile]:
        return (read_image(self._tree, name) for name in self._names)

    def png_name(self, name: str) -> str:
        """The same path with the ending .png. If only the endings of two files differ, .png is appended instead."""
        return _with_png(name) if self._replace_endings else f"{name}.png"

    def layout(self) -> Layout:
        """See `ImageSource`."""
        names, folders = self._names, self._tree.folders
        remarks: tuple[str, ...] = ()
        skipped = _wrapper(names)
        if skipped:
            names = [name[len(skipped) :] for name in names]
            folders = {folder[len(skipped) :] for folder in folders if folder.startswith(skipped)}
            remarks = (f"the images lie in {printable(skipped)}",)
        parts, renamed = self._parts(names, folders)
        if not parts:
            return Layout(self._labels(names, _tops(folders), skipped), None, remarks)
        inner = [name.partition("/")[2] for name in names]
        self._refuse_uneven(names, inner)
        inner_folders = {deeper for folder in folders if (deeper := folder.partition("/")[2])}
        labels = self._labels(inner, _tops(inner_folders), skipped)
        resolved, more = resolve_parts(parts, self.where, "its folders")
        return Layout(labels, resolved, remarks + renamed + more)

    def _parts(self, names: list[str], folders: set[str]) -> tuple[list[str], tuple[str, ...]]:
        """The top folder of each image if these folders are called train and test, else empty; and remarks on them."""
        tops = _tops(folders) | {name.partition("/")[0] for name in names if "/" in name}
        called = sorted(top for top in tops if known_part(top) is not None)
        if not called or called == ["dev"]:
            self._refuse_parts_inside(names)
            return [], ()
        others = sorted(tops - set(called)) or [name for name in names if "/" not in name]
        if others:
            raise InputError(
                f"{self.where} holds {_quoted(called)} beside {_quoted(others)}; either all of its folders are parts, "
                "such as train and test, or none: move or rename them"
            )
        empty = [top for top in called if not any(name.startswith(f"{top}/") for name in names)]
        if empty:
            raise InputError(f"{self.where}: {_quoted(empty)} holds no images; fill or remove it")
        usual = {"train", "test"}
        renamed = tuple(
            f"{name!r} is taken for the {known_part(name)} images"
            for name in called
            if name not in usual and known_part(name) != "validation"
        )
        return [name.partition("/")[0] for name in names], renamed

    def _refuse_parts_inside(self, names: list[str]) -> None:
        """Refuse folders that each hold parts, such as images/train or cat/test."""
        second = {name.split("/")[1] for name in names if name.count("/") >= 2}
        if second and all(known_part(each) for each in second):
            example = next(name for name in names if name.count("/") >= 2)
            raise InputError(
                f"{self.where} holds {_quoted(sorted(second))} inside other folders ({printable(example)}); put these "
                "outside and the classes inside, as in train/CLASS, or give one of the folders"
            )

    def _refuse_uneven(self, names: list[str], inner: list[str]) -> None:
        """Refuse parts of which only some have class folders."""
        with_classes = {name.partition("/")[0]: "/" in rest for name, rest in zip(names, inner, strict=True)}
        if len(set(with_classes.values())) > 1:
            flat, deep = (
                _quoted(sorted(part for part, has in with_classes.items() if has == wanted)) for wanted in (False, True)
            )
            raise InputError(
                f"{self.where}: {flat} has no class folders, {deep} has; sort its images into folders of the same "
                "names, or remove it, so that a fixed fifth of each class is tested"
            )

    def _labels(self, names: list[str], folders: set[str], skipped: str) -> list[str] | None:
        """The class of each image, which is the first folder in its path; None if there are no folders."""
        outside = [name for name in names if "/" not in name]
        if len(outside) == len(names) and not folders:
            return None
        if outside and len(outside) < len(names):
            raise InputError(
                f"{self.where} holds {len(outside)} images outside its subfolders ({printable(outside[0])}); images "
                "must all be in subfolders, one per class, or all outside, unlabelled: move them"
            )
        empty = sorted(folders - {name.partition("/")[0] for name in names})
        if empty:
            raise InputError(
                f"{self.where} has subfolders without images ({listed(map(printable, empty))}); fill or remove them"
            )
        labels = [composed(printable(name.partition("/")[0])) for name in names]
        if len(set(labels)) == 1:
            raise InputError(
                f"{self.where} holds one class, {labels[0]!r}; give two or more subfolders, or, if the images are "
                f"unlabelled, give the folder {printable(skipped + names[0].partition('/')[0])!r} in it"
            )
        return labels


def _wrapper(names: Sequence[str]) -> str:
    """The path of single folders that only wrap the folders of images, ending in a slash; empty if there are none."""
    skipped = ""
    while True:
        rest = [name[len(skipped) :].split("/") for name in names]
        if len({parts[0] for parts in rest}) > 1 or any(len(parts) < 3 for parts in rest):
            return skipped
        if known_part(rest[0][0]) is not None:
            return skipped
        skipped += f"{rest[0][0]}/"


def _tops(folders: set[str]) -> set[str]:
    """The folders at the top."""
    return {folder for folder in folders if "/" not in folder}


def _quoted(names: Iterable[str]) -> str:
    return listed(map(repr, dict.fromkeys(map(printable, names))))


def _with_png(name: str) -> str:
    return str(PurePosixPath(name).with_suffix(".png"))

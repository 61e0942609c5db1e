"""The formats in which people keep sets of images, each read as an `ImageSource`."""

__all__ = [
    "array_files",
    "arrays",
    "folder",
    "given",
    "hdf5",
    "idx",
    "locations",
    "opening",
    "other_trees",
    "parts",
    "path_table",
    "pixel_table",
    "source",
    "table",
    "table_columns",
    "trees",
]

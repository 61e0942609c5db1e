"""The search spaces that come with the package."""

from pathlib import Path

from lstnet_search.errors import InputError

SHIPPED = Path(__file__).parents[2] / "search_spaces"
"""In a checkout, this is a link to the top-level folder `search_spaces`."""


def find_space(asked: Path) -> Path:
    """The space file at a path, or the shipped one of that name, with or without `.yaml`.

    Raises:
        InputError: if neither exists.
    """
    if asked.exists():
        return asked
    shipped = sorted(SHIPPED.glob("*.yaml"))
    for file in shipped:
        if str(asked) in (file.name, file.stem):
            return file
    names = ", ".join(file.stem for file in shipped)
    raise InputError(f"--space {asked} is neither a file nor one of {names}; give one of these, or the path of a file")

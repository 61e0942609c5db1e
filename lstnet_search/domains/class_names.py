"""Names of classes: their order, and when names of two domains mean the same class."""

from collections.abc import Iterable
from unicodedata import normalize


def is_number(text: str) -> bool:
    """Whether a name is a whole number, written in the digits 0 to 9."""
    return text.isascii() and text.isdigit()


def in_order(names: Iterable[str]) -> tuple[str, ...]:
    """Distinct names, sorted; by value and then by name if all are numbers."""
    distinct = set(names)
    if all(map(is_number, distinct)):
        return tuple(sorted(distinct, key=lambda name: (int(name[:4000]), name)))
    return tuple(sorted(distinct))


def alike(names: Iterable[str]) -> list[tuple[str, str]]:
    """Pairs of names that differ only in case or in spaces around them."""
    found: dict[str, str] = {}
    pairs = [(found.setdefault(name.strip().casefold(), name), name) for name in names]
    return [(first, second) for first, second in pairs if first != second]


def composed(name: str) -> str:
    """A name with accents as one character (NFC). Some systems store them as two, which look the same."""
    return normalize("NFC", name)


def comparable(names: Iterable[str]) -> tuple[str, ...]:
    """Names such that equal ones mean the same class: numbers without leading zeros, accents as one character.

    If two numbers would become equal, all keep their zeros.
    """
    given = tuple(map(composed, names))
    if all(map(is_number, given)):
        values = tuple(name.lstrip("0") or "0" for name in given)
        return values if len(set(values)) == len(values) else given
    return given

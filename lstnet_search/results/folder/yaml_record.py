"""YAML files with a format version, and the base of their typed records."""

from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from lstnet_search.errors import InputError, explain, one_line
from lstnet_search.io.safe_read import read_regular
from lstnet_search.io.versions import check_version
from lstnet_search.io.yaml import parse_yaml

_MISSING = object()


def needed() -> Any:
    """The default of a required field: reading the field raises an `InputError` if the file lacks its key."""
    return Field(default=_MISSING)


class YamlRecord(BaseModel):
    """A mapping of a YAML file.

    Every value in the file is checked at once. A missing key is reported only when it is read, because files of
    earlier versions lack some keys. Unknown keys are ignored.
    """

    model_config = ConfigDict(strict=True, frozen=True)

    _where: str = ""
    """The file's name, used in error messages."""

    @classmethod
    def parse(cls, content: object, where: str) -> Self:
        """Check the content of a file.

        Args:
            content: What the file holds.
            where: The file's name, used in error messages.

        Raises:
            InputError: if a value is not allowed.
        """
        try:
            return cls.model_validate(content, context=where)
        except ValidationError as error:
            raise explain(error, f"{where}; restore the file") from None

    def model_post_init(self, context: Any, /) -> None:
        """Remember the file, and leave missing keys to `__getattr__`."""
        self._where = context
        for name in [name for name, value in self.__dict__.items() if value is _MISSING]:
            del self.__dict__[name]

    if not TYPE_CHECKING:  # otherwise a type checker would accept any attribute

        def __getattr__(self, name: str) -> Any:
            """Report a missing key.

            Raises:
                InputError: if a field that has no default is missing from the file.
            """
            if name in type(self).model_fields:
                raise InputError(f"{self._where} has no {name!r}, which is needed here; restore the file")
            return super().__getattr__(name)


def read_versioned(path: Path, version: int, otherwise: str = "") -> dict[str, Any]:
    """Read a YAML file that states the version of its format.

    Args:
        path: The file.
        version: The format version that this version of the tool reads.
        otherwise: What the user can do about a file that cannot be read, such as "remove it".

    Raises:
        InputError: if the file is missing, unreadable or of another format version.
    """
    try:
        return parse_versioned(read_regular(path), str(path), version, otherwise)
    except OSError as error:
        raise InputError(f"cannot read {path}: {one_line(error)}{otherwise and f'; {otherwise}'}") from None


def parse_versioned(content: bytes, where: str, version: int, otherwise: str = "") -> dict[str, Any]:
    """Parse the content of a file as `read_versioned` does.

    Raises:
        InputError: if it is not YAML or of another format version.
    """
    try:
        parsed = parse_yaml(content.decode(), where)
    except (UnicodeDecodeError, InputError) as error:
        raise InputError(f"cannot read {where}: {one_line(error)}{otherwise and f'; {otherwise}'}") from None
    return check_version(parsed, version, where, otherwise)

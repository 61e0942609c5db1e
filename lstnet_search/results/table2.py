"""The folder of a Table 2: a results folder for each method, and how much time each has had.

`table2.yaml`: `format_version`, `budget`, `command`, `methods`: by name {`search_seconds`, `confirm_seconds`,
`searched`: whether the search is over}. Time that a killed process had is not counted.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from pydantic import ConfigDict, TypeAdapter, ValidationError, with_config

from lstnet_search.errors import explain
from lstnet_search.io.atomic import write_whole
from lstnet_search.results.confirmation.files import read_confirmation
from lstnet_search.results.folder.folder import ResultsFolder, read_versioned
from lstnet_search.results.folder.search_record import Known

FORMAT_VERSION = 1


@with_config(ConfigDict(extra="forbid"))
@dataclass
class Spent:
    """What a method has had.

    Attributes:
        search_seconds: of wall time.
        confirm_seconds: of wall time.
        searched: whether its search is over.
    """

    search_seconds: float = 0.0
    confirm_seconds: float = 0.0
    searched: bool = False

    @property
    def seconds(self) -> float:
        """Of both."""
        return self.search_seconds + self.confirm_seconds


class Table2Folder:
    """Where a Table 2 is made."""

    def __init__(self, path: Path) -> None:
        """Name a folder; nothing is read or written yet."""
        self.path = path
        self.file = path / "table2.yaml"

    def study(self, method: str) -> ResultsFolder:
        """The results folder of a method, which may not be there."""
        return ResultsFolder.named(self.path, method)

    def read(self) -> dict[str, Any]:
        """The content of `table2.yaml`.

        Raises:
            InputError: if it is missing, unreadable or of another format version, and where something is asked for that
                it lacks.
        """
        advice = "give the folder of a table2, such as results/table2-small"
        return Known(read_versioned(self.file, FORMAT_VERSION, advice), str(self.file))

    def spent(self) -> dict[str, Spent]:
        """What each method has had so far, by name.

        Raises:
            InputError: if the file is damaged.
        """
        known = self.read().get("methods") if self.file.is_file() else {}
        try:
            return TypeAdapter(dict[str, Spent]).validate_python(known)
        except ValidationError as error:
            raise explain(error, f"{self.file}; restore the file") from None

    def write(self, budget: str, command: str, spent: Mapping[str, Spent]) -> None:
        """Write `table2.yaml`."""
        self.path.mkdir(parents=True, exist_ok=True)
        methods = {name: dict(vars(each)) for name, each in spent.items()}
        content = {"format_version": FORMAT_VERSION, "budget": budget, "command": command, "methods": methods}
        write_whole(self.file, yaml.safe_dump(content, sort_keys=False))

    def confirmed(self, method: str, seeds: int) -> bool:
        """Whether a method's winner was tested with so many seeds."""
        study = self.study(method)
        found = read_confirmation(study) if study.search_file.is_file() else None
        return found is not None and len(found["seeds"]) >= seeds

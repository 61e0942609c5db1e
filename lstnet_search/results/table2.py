"""The folder of a Table 2: one results folder per method, and the time that each method has used.

`table2.yaml` holds `format_version`, `budget`, `command`, and `methods`: for each method `search_seconds`,
`confirm_seconds` and `searched` (whether the search is over). The time of a killed process is not counted.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

import yaml
from pydantic import ConfigDict, with_config

from lstnet_search.io.atomic import write_whole
from lstnet_search.results.confirmation.files import read_confirmation
from lstnet_search.results.folder.folder import ResultsFolder
from lstnet_search.results.folder.yaml_record import YamlRecord, needed, read_versioned

FORMAT_VERSION = 1


@with_config(ConfigDict(extra="forbid"))
@dataclass
class Spent:
    """The wall time that a method has used.

    Attributes:
        search_seconds: Seconds of its search.
        confirm_seconds: Seconds of its confirmation.
        searched: Whether its search is over.
    """

    search_seconds: float = 0.0
    confirm_seconds: float = 0.0
    searched: bool = False

    @property
    def seconds(self) -> float:
        """Seconds of the search and the confirmation together."""
        return self.search_seconds + self.confirm_seconds


class Table2Record(YamlRecord):
    """The content of `table2.yaml`."""

    budget: str = needed()
    command: str = ""
    methods: dict[str, Spent] = needed()


class Table2Folder:
    """The folder of a Table 2."""

    def __init__(self, path: Path) -> None:
        """Name a folder. Nothing is read or written yet."""
        self.path = path
        self.file = path / "table2.yaml"

    def study(self, method: str) -> ResultsFolder:
        """The results folder of a method, which may not exist yet."""
        return ResultsFolder.named(self.path, method)

    def read(self) -> Table2Record:
        """The content of `table2.yaml`.

        Raises:
            InputError: if the file is missing, damaged or of another format version.
        """
        advice = "give the folder of a table2, such as results/table2-small"
        return Table2Record.parse(read_versioned(self.file, FORMAT_VERSION, advice), str(self.file))

    def spent(self) -> dict[str, Spent]:
        """The time that each method has used so far; empty if nothing has started.

        Raises:
            InputError: if the file is damaged.
        """
        return self.read().methods if self.file.is_file() else {}

    def write(self, budget: str, command: str, spent: Mapping[str, Spent]) -> None:
        """Write `table2.yaml`."""
        self.path.mkdir(parents=True, exist_ok=True)
        methods = {name: asdict(each) for name, each in spent.items()}
        content = {"format_version": FORMAT_VERSION, "budget": budget, "command": command, "methods": methods}
        write_whole(self.file, yaml.safe_dump(content, sort_keys=False))

    def confirmed(self, method: str, seeds: int) -> bool:
        """Whether the winner of a method was tested with at least this many seeds."""
        study = self.study(method)
        confirmation = read_confirmation(study) if study.search_file.is_file() else None
        return confirmation is not None and len(confirmation.seeds) >= seeds

"""What runs when it is unpickled."""

import os
from pathlib import Path
from typing import Any

FLAGS = os.O_CREAT | os.O_WRONLY


class Planted:
    """Makes a file when it is unpickled."""

    def __init__(self, mark: Path) -> None:
        """Name the file."""
        self.mark = mark

    def __reduce__(self) -> tuple[Any, ...]:
        """What pickle is to call."""
        return os.open, (str(self.mark), FLAGS)

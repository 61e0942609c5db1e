"""An object that runs code when it is unpickled."""

import os
from pathlib import Path
from typing import Any

FLAGS = os.O_CREAT | os.O_WRONLY


class Planted:
    """Makes a file when it is unpickled."""

    def __init__(self, mark: Path) -> None:
        """Set the file's name."""
        self.mark = mark

    def __reduce__(self) -> tuple[Any, ...]:
        """The call that unpickling runs."""
        return os.open, (str(self.mark), FLAGS)

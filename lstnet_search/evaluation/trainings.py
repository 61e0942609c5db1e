"""What all trainings have in common, whether they are evaluated or not."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from lstnet_search.evaluation.samples import SAMPLES_FILE, Samples, write_samples
from lstnet_search.training import Report, write_state


class Training(Iterator[Report]):
    """An iterator over the reports of a training. Subclasses set `_reports`.

    Attributes:
        last: the last report, or None before the first.
    """

    last: Report | None = None
    _reports: Iterator[Report]

    def __next__(self) -> Report:
        """Train up to the next report."""
        self.last = next(self._reports)
        return self.last

    @property
    def alarms(self) -> list[str]:
        """Warnings about the network of the last report, one sentence per warning."""
        return []

    def samples(self) -> Samples | None:
        """Samples of the last report's network at work, or None if the training is not evaluated."""
        return None

    def save(self, folder: Path, **header: Any) -> None:
        """Write the state and samples of the last report into an existing, empty folder, as a checkpoint.

        Args:
            folder: where to write.
            header: further values for the header of the checkpoint.
        """
        assert self.last is not None
        samples = self.samples()
        if samples is not None:
            write_samples(folder / SAMPLES_FILE, samples)
        write_state(folder, self.last.state(), self.last.header | header)

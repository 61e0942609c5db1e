"""How every figure marks the best trial and trial 0, which has the paper's weights unless the study is an ablation.

The best is a blue star, trial 0 is ochre. A trial that is both is an ochre star: of two marks in one place, only
the upper one would be seen.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from lstnet_search.results.folder.search_record import RecordedSearch
from lstnet_search.results.palette import BEST, PUBLISHED
from lstnet_search.results.study.records import PAPER_TRIAL


@dataclass(frozen=True)
class Mark:
    """A trial to mark: its number, its name in a legend, its marker, and its line."""

    trial: int
    name: str
    marker: dict[str, Any]
    line: dict[str, Any]


def marks_said(search: RecordedSearch) -> str:
    """What the marks mean, as a sentence."""
    return f"Star: the best; ochre: the {search.reference}."


def marks(search: RecordedSearch, trials: Collection[int], best: int | None) -> list[Mark]:
    """The trials to mark among those of a figure, the best last, so that it is drawn on top.

    Args:
        search: the search that the trials belong to.
        trials: the trials of the figure.
        best: the best one, or None if it is not to be marked.
    """
    dashed = {"color": PUBLISHED, "width": 2.5, "dash": "dash"}
    found = [Mark(PAPER_TRIAL, search.reference, {"color": PUBLISHED, "size": 9, "symbol": "diamond"}, dashed)]
    if best == PAPER_TRIAL:
        name = f"best: the {search.reference}"
        found = [Mark(PAPER_TRIAL, name, {"color": PUBLISHED, "size": 14, "symbol": "star"}, dashed)]
    elif best is not None:
        line = {"color": BEST, "width": 2.5}
        found.append(Mark(best, f"best: trial {best}", {"color": BEST, "size": 14, "symbol": "star"}, line))
    return [each for each in found if each.trial in trials]

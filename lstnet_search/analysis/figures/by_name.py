"""The large figures of a study by their names."""

from collections.abc import Callable
from typing import NamedTuple

import pandas as pd
import plotly.graph_objects as go

from lstnet_search.analysis.figures.curves import learning_curves
from lstnet_search.analysis.figures.landscape import importance_bars, parallel_coordinates
from lstnet_search.analysis.figures.plot import Plot
from lstnet_search.analysis.figures.trials import both_directions, confirmed_means
from lstnet_search.analysis.importance import importances, settings_and_scores
from lstnet_search.errors import InputError
from lstnet_search.results.confirmation.record import ConfirmationRecord
from lstnet_search.results.folder.studies import StudyTables


class _Material(NamedTuple):
    """What figures are drawn from; the last two are None if nothing is confirmed."""

    study: StudyTables
    confirmation: ConfirmationRecord | None
    tested: pd.DataFrame | None


def _weights(material: _Material) -> Plot | None:
    study = material.study
    settings, scores = settings_and_scores(study, study.metric)
    return None if settings.empty else parallel_coordinates(study, settings, scores, study.metric)


def _importance(material: _Material) -> Plot | None:
    found = importances(*settings_and_scores(material.study, material.study.metric))
    return importance_bars(found) if found else None


def _curves(material: _Material) -> Plot | None:
    metric = material.study.metric
    return None if material.study.ranking(metric).empty else learning_curves(material.study, metric)


def _directions(material: _Material) -> Plot | None:
    return both_directions(material.study)


def _confirmation(material: _Material) -> Plot | None:
    _, confirmation, tested = material
    return None if confirmation is None or tested is None else confirmed_means(confirmation, tested)


_FIGURES: dict[str, tuple[Callable[[_Material], Plot | None], str]] = {
    "weights": (_weights, "a trial with a score, in a space that has ranges"),
    "importance": (_importance, "trials whose settings and scores differ"),
    "curves": (_curves, "a trial with a score"),
    "directions": (_directions, "the accuracy of both directions, hence labels of both domains"),
    "confirmation": (_confirmation, "a confirmation"),
}
"""Name -> how the figure is drawn, and what the study needs to have for it."""


def draw(
    name: str, study: StudyTables, confirmation: ConfirmationRecord | None, tested: pd.DataFrame | None
) -> go.Figure:
    """Draw a figure of the report.

    Args:
        name: one of the names above.
        study: the study.
        confirmation: its confirmation, or None.
        tested: the content of `confirmation.parquet`, or None.

    Raises:
        InputError: if there is no such figure, or the study lacks what it shows.
    """
    if name not in _FIGURES:
        raise InputError(f"there is no figure {name!r}; choose one of {', '.join(_FIGURES)}")
    function, needs = _FIGURES[name]
    plot = function(_Material(study, confirmation, tested))
    if plot is None:
        raise InputError(f"the figure {name!r} needs {needs}, which {study.name} does not have; draw another")
    return go.Figure(plot.figure).update_layout(height=plot.height)

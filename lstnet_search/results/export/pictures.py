"""Pictures of images, their translations and their round trips."""

from pathlib import Path

import numpy as np
from matplotlib.figure import Figure, SubFigure

from lstnet_search.evaluation.samples import Samples
from lstnet_search.results.export.figures import save_figure


def draw_translations(path: Path, samples: Samples, names: tuple[str, str], title: str) -> None:
    """Write the figure of `translations_figure` as PNG."""
    save_figure(translations_figure(samples, names, title), path)


def translations_figure(samples: Samples, names: tuple[str, str], title: str) -> Figure:
    """Draw one image of each class in both directions: the image, its translation, its round trip.

    The label that the other domain's classifier gives a translation is written below it, in red if it is wrong.
    """
    figure = Figure(figsize=(11, 7.6), layout="constrained")
    figure.suptitle(title)
    halves: list[SubFigure] = list(figure.subfigures(2, 1))  # type: ignore[arg-type]  # two rows give an array
    for half, letter, (source, target) in zip(halves, "ab", (names, names[::-1]), strict=True):
        labels = samples[f"labels_{letter}"]
        _, columns = np.unique(labels, return_index=True)
        if len(columns) == 1:  # no labels: the first ten
            columns = np.arange(min(10, len(labels)))
        axes = half.subplots(3, len(columns), squeeze=False)
        half.suptitle(f"{source} to {target}", fontsize="medium")
        rows = (
            (f"images_{letter}", source),
            (f"translated_{letter}", f"as {target}"),
            (f"round_trip_{letter}", "and back"),
        )
        for row, (name, text) in enumerate(rows):
            for axis, column in zip(axes[row], columns, strict=True):
                axis.imshow(np.moveaxis(samples[name][column], 0, -1), cmap="gray", vmin=0, vmax=255)
                axis.set(xticks=[], yticks=[])
            axes[row][0].set_ylabel(text)
        for axis, column in zip(axes[1], columns, strict=True):
            predicted, true = samples[f"predicted_{letter}"][column], labels[column]
            if predicted != -1:  # -1 without a classifier
                color = "black" if true in (predicted, -1) else "red"
                axis.set_xlabel(f"read as {predicted}", color=color, fontsize="small")
    return figure

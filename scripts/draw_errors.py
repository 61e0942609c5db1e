"""Draws the test images that a search's model labels wrongly, each with its class and the predicted one.

python scripts/draw_errors.py results/mnist-usps usps_to_mnist errors.png
"""

from pathlib import Path
from typing import Annotated

import torch
import typer
from matplotlib.figure import Figure

from lstnet_search.cli.app import run_script
from lstnet_search.domains import load_pair, to_unit_range
from lstnet_search.results.export.figures import save_figure
from lstnet_search.results.export.model import read_model
from lstnet_search.results.folder.folder import ResultsFolder

COLUMNS = 12


def main(folder: Path, direction: str, output: Path, reader: Annotated[str, typer.Option()] = "adapted") -> None:
    """Label the test images of a direction's domain, and draw those whose label is wrong."""
    found = ResultsFolder.existing(folder)
    record = found.read_search()
    trial, model = record.config.trial, read_model(found.best_model)
    source = model.directions.index(direction)
    domain = tuple(load_pair(trial.domains, trial.data, Path(record.data_dir), "test", trial.reading))[source]
    assert domain.labels is not None
    predicted = model.probabilities(to_unit_range(domain.images), source, reader).argmax(1)
    wrong = (predicted != domain.labels).nonzero().flatten()
    rows = -(-len(wrong) // COLUMNS)
    figure = Figure(figsize=(COLUMNS * 0.8, rows * 1.0), layout="constrained")
    for axes in figure.subplots(rows, COLUMNS, squeeze=False).flat:
        axes.set_axis_off()
    for axes, index in zip(figure.axes, wrong.tolist(), strict=False):
        axes.imshow(domain.images[index].movedim(0, -1), cmap="gray")
        axes.set_title(f"{int(domain.labels[index])} → {int(predicted[index])}", fontsize=9)
    save_figure(figure, output)
    pairs = torch.stack([domain.labels[wrong], predicted[wrong]], 1).unique(dim=0, return_counts=True)
    common = sorted(zip(pairs[1].tolist(), pairs[0].tolist(), strict=True), reverse=True)[:8]
    print(f"{len(wrong)} of {len(domain)} are wrong; most often " + ", ".join(f"{a}→{b}: {n}" for n, (a, b) in common))


if __name__ == "__main__":
    run_script(main)

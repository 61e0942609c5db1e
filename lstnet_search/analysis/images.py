"""What trials do to images: translations, confusions and latents of the best, the median and the worst.

python analysis/images.py results/NAME
"""

from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from matplotlib.axes import Axes
from matplotlib.figure import Figure, SubFigure
from sklearn.decomposition import PCA
from sklearn.manifold import TSNE

from lstnet_search.cli.options import FolderArgument
from lstnet_search.errors import InputError
from lstnet_search.evaluation.samples import Samples, read_samples
from lstnet_search.results.export.figures import save_figure
from lstnet_search.results.folder.studies import StudyTables
from lstnet_search.results.formatting import shown

ROW = 1.2
"""Height of a row of images, in sides of one."""
EMBEDDED = 250
"""Latents of a domain at most that are drawn."""

Chosen = dict[str, tuple[int, Samples]]
"""Rank in words -> number and samples of the trial that has it."""


def images(
    folder: FolderArgument,
    metric: Annotated[str | None, typer.Option(help="Score to rank by; default: what the search maximised.")] = None,
    output: Annotated[
        Path | None, typer.Option(help="Folder of the pictures; default: analysis/ in the results folder.")
    ] = None,
) -> None:
    """Draw samples of a study's best, median and worst trial, each taken at its last report."""
    study = StudyTables.read(folder)
    metric = metric or study.metric
    ranking = study.ranking(metric)
    chosen = choose(study, [int(trial) for trial in ranking.index.tolist()])
    if not chosen:
        raise InputError(f"{study.folder.samples} has no samples of a trial with {metric}; wait for a trial to end")
    titles = {
        rank: f"{rank}: trial {trial}, highest {metric} {shown(metric, ranking[trial])}, drawn at its last report"
        for rank, (trial, _) in chosen.items()
    }
    print("\n".join(titles.values()))
    output = output or folder / "analysis"
    names = study.search["search"]["trial"]["domains"]
    pictures = {}
    if makes_images(chosen):
        pictures["translations"] = _draw_translations(chosen, titles, names)
        pictures["latents"] = _draw_latents(chosen, titles, names)
    else:
        print(f"{study.name}: its method makes no images, so no translations and no latents")
    if any(name.startswith("confusion_") for _, samples in chosen.values() for name in samples):
        pictures["confusions"] = _draw_confusions(chosen, titles, study.directions)
    else:
        print(f"{study.name}: no images with labels were translated into a domain with labels, so no confusions")
    for name, figure in pictures.items():
        save_figure(figure, output / f"{name}.png")
        print(f"picture: {output / f'{name}.png'}")


def makes_images(chosen: Chosen) -> bool:
    """Whether samples are of a method that translates."""
    return all("images_a" in samples for _, samples in chosen.values())


def choose(study: StudyTables, ranked: list[int]) -> Chosen:
    """The best, the median and the worst of the trials whose samples are there."""
    there = [trial for trial in ranked if (study.folder.samples / f"{trial}.npz").is_file()]
    if not there:
        return {}
    if len(there) < len(ranked):
        print(f"{study.name}: {len(ranked) - len(there)} trials have no samples, and are left out")
    places = {"best": 0, "median": len(there) // 2, "worst": len(there) - 1}
    trials = {rank: there[place] for rank, place in places.items()}
    first = {trial: rank for rank, trial in reversed(trials.items())}  # of few trials, one may have two ranks
    return {
        rank: (trial, read_samples(study.folder.samples / f"{trial}.npz"))
        for rank, trial in trials.items()
        if first[trial] == rank
    }


def _rows(figure: Figure, count: int) -> list[SubFigure]:
    return list(np.atleast_1d(np.asarray(figure.subfigures(count, 1), dtype=object)))


def _draw_translations(chosen: Chosen, titles: dict[str, str], names: list[str]) -> Figure:
    """A trial a row of blocks, both ways: an image of each class, its translation, its round trip."""
    figure = Figure(figsize=(17, 3.5 * len(chosen)), layout="constrained")
    for part, (rank, (_, samples)) in zip(_rows(figure, len(chosen)), chosen.items(), strict=True):
        part.suptitle(titles[rank], fontweight="bold")
        for axis, letter, (source, target) in zip(part.subplots(1, 2), "ab", (names, names[::-1]), strict=True):
            draw_one_way(axis, samples, letter, (source, f"as {target}", "and back"))
    return figure


def draw_one_way(axis: Axes, samples: Samples, letter: str, texts: tuple[str, str, str]) -> None:
    """Three rows of images, a column a class, in unit squares of one axis."""
    labels, read = samples[f"labels_{letter}"], samples[f"predicted_{letter}"]
    _, columns = np.unique(labels, return_index=True)
    if len(columns) == 1:  # unlabelled: the first ten
        columns = np.arange(min(10, len(labels)))
    for row, kind in enumerate(("images", "translated", "round_trip")):
        for place, column in enumerate(columns):
            picture = np.moveaxis(samples[f"{kind}_{letter}"][column], 0, -1)
            square = (place + 0.04, place + 0.96, ROW * row + 0.96, ROW * row + 0.04)
            axis.imshow(picture, cmap="gray", vmin=0, vmax=255, extent=square)
    for place, column in enumerate(columns):
        if read[column] != -1:
            colour = "black" if labels[column] in (read[column], -1) else "red"
            axis.text(place + 0.5, ROW + 1.0, f"read as {read[column]}", color=colour, ha="center", va="top", size=7.5)
    axis.set(xlim=(0, len(columns)), ylim=(3 * ROW, 0), xticks=[])
    axis.set_yticks([ROW * row + 0.5 for row in range(3)], texts)
    axis.tick_params(left=False)
    axis.spines[:].set_visible(False)


def _draw_confusions(chosen: Chosen, titles: dict[str, str], directions: tuple[str, str]) -> Figure:
    """A trial a row: shares of each true class that are read as each class, both ways."""
    figure = Figure(figsize=(11, 5.2 * len(chosen)), layout="constrained")
    for part, (rank, (_, samples)) in zip(_rows(figure, len(chosen)), chosen.items(), strict=True):
        part.suptitle(titles[rank], fontweight="bold")
        for axis, direction in zip(part.subplots(1, 2), directions, strict=True):
            axis.set_title(direction, fontsize="medium")
            if f"confusion_{direction}" not in samples:
                axis.text(0.5, 0.5, "no labels to compare with", ha="center", transform=axis.transAxes)
                axis.set(xticks=[], yticks=[])
                continue
            draw_confusion(axis, samples[f"confusion_{direction}"])
    return figure


def draw_confusion(axis: Axes, counts: np.ndarray) -> None:
    """Shares of each true class that are read as each class; counts are (K, K), true class × read as."""
    shares = counts / counts.sum(axis=1, keepdims=True).clip(min=1)
    axis.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    for true, read in np.argwhere(shares >= 0.005):
        colour = "white" if shares[true, read] > 0.5 else "black"
        text = f"{100 * shares[true, read]:.0f}"
        axis.text(read, true, text, ha="center", va="center", color=colour, fontsize="small")
    axis.set_xticks(range(len(counts)))
    axis.set_yticks(range(len(counts)))
    axis.set_xlabel("read as, % of the true class")
    axis.set_ylabel("true class")


def _draw_latents(chosen: Chosen, titles: dict[str, str], names: list[str]) -> Figure:
    """A trial a row: the latents of both domains in two dimensions, coloured by digit and by domain."""
    figure = Figure(figsize=(14, 6 * len(chosen)), layout="constrained")
    for part, (rank, (_, samples)) in zip(_rows(figure, len(chosen)), chosen.items(), strict=True):
        part.suptitle(titles[rank], fontweight="bold")
        by_digit, by_domain = part.subplots(1, 2)
        latents = [samples[f"latents_{letter}"][:EMBEDDED] for letter in "ab"]
        places = flatten(np.concatenate(latents))
        digits = np.concatenate([samples[f"latent_labels_{letter}"][:EMBEDDED] for letter in "ab"])
        domains = np.repeat((0, 1), [len(each) for each in latents])
        _scatter(by_digit, places, digits, _digit_names(digits))
        _scatter(by_domain, places, domains, dict(enumerate(names)))
        by_digit.set_title("by digit", fontsize="medium")
        by_domain.set_title("by domain", fontsize="medium")
    return figure


def _digit_names(digits: np.ndarray) -> dict[int, str]:
    return {int(digit): "unlabelled" if digit == -1 else str(digit) for digit in np.unique(digits)}


def _scatter(axis: Axes, places: np.ndarray, groups: np.ndarray, names: dict[int, str]) -> None:
    for group, name in sorted(names.items()):
        colour = "silver" if group == -1 else f"C{group}"
        x, y = places[groups == group].T
        axis.scatter(x, y, s=12, alpha=0.7, linewidths=0, color=colour, label=name)
    axis.set(xticks=[], yticks=[])
    axis.legend(loc="center left", bbox_to_anchor=(1, 0.5), frameon=False, markerscale=2)


def flatten(latents: np.ndarray) -> np.ndarray:
    """Latents (N, D) in two dimensions, (N, 2): t-SNE of the first principal components, the same every time.

    t-SNE keeps neighbours together; distances between groups mean nothing.
    """
    values = latents.astype(np.float64)
    count, features = values.shape
    if count < 4 or np.ptp(values, axis=0).max() == 0:  # nothing that could be spread out
        return np.zeros((count, 2))
    components = PCA(min(30, count, features), random_state=0).fit_transform(values)
    embedding = TSNE(2, perplexity=min(30, (count - 1) / 3), max_iter=500, random_state=0, n_jobs=1)
    return np.asarray(embedding.fit_transform(components))

"""What trials do to images: translations, confusions and latents of the best, the middle and the worst trial."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure, SubFigure
from sklearn.decomposition import PCA
from sklearn.manifold import TSNE

from lstnet_search.errors import InputError
from lstnet_search.evaluation.samples import Samples, read_samples
from lstnet_search.results.export.figures import save_figure
from lstnet_search.results.folder.studies import StudyTables
from lstnet_search.results.formatting import shown
from lstnet_search.results.palette import ERROR, INK

ROW = 1.2
"""The height of a row of images, relative to the side of an image."""
EMBEDDED = 250
"""The most latents to draw per domain."""


@dataclass(frozen=True)
class SampledTrial:
    """A trial whose samples are drawn.

    Attributes:
        rank: `best`, `middle` (of the ranking) or `worst`.
        trial: its number.
        samples: its arrays, as `evaluation.samples` describes them.
    """

    rank: str
    trial: int
    samples: Samples

    @property
    def has_images(self) -> bool:
        """Whether its method translates images."""
        return "images_a" in self.samples


def images(folder: Path, metric: str | None = None, output: Path | None = None) -> None:
    """Draw samples of a study's best, middle and worst trial, each from its last report.

    Args:
        folder: the results folder.
        metric: the metric to rank by; None for the one that the search maximised.
        output: the folder to write to; None for `analysis` in the results folder.

    Raises:
        InputError: if no trial with the metric has samples.
    """
    study = StudyTables.read(folder)
    metric = metric or study.metric
    ranking = study.ranking(metric)
    chosen = choose_trials(study, ranking)
    if not chosen:
        raise InputError(f"{study.folder.samples} has no samples of a trial with {metric}; wait for a trial to end")
    titles = [
        f"{each.rank}: trial {each.trial}, highest {metric} {shown(metric, ranking[each.trial])}, drawn at its last "
        "report"
        for each in chosen
    ]
    print("\n".join(titles))
    output = output or folder / "analysis"
    names = study.search.trial.domains
    pictures = {}
    if all(each.has_images for each in chosen):
        pictures["translations"] = _draw_translations(chosen, titles, names)
        pictures["latents"] = _draw_latents(chosen, titles, names)
    else:
        print(f"{study.name}: its method does not translate images, so there are no translations and no latents")
    if any(name.startswith("confusion_") for each in chosen for name in each.samples):
        pictures["confusions"] = _draw_confusions(chosen, titles, study.directions)
    else:
        print(f"{study.name}: no images with labels were translated into a domain with labels, so no confusions")
    for name, figure in pictures.items():
        save_figure(figure, output / f"{name}.png")
        print(f"picture: {output / f'{name}.png'}")


def choose_trials(study: StudyTables, ranking: "pd.Series[float]") -> list[SampledTrial]:
    """The best, the middle and the worst of the trials that have samples; each trial only once.

    Args:
        study: the study with the samples.
        ranking: scores by trial, best first.
    """
    ranked = [int(trial) for trial in ranking.index]
    sampled = [trial for trial in ranked if (study.folder.samples / f"{trial}.npz").is_file()]
    if not sampled:
        return []
    if len(sampled) < len(ranked):
        print(f"{study.name}: {len(ranked) - len(sampled)} trials have no samples and are left out")
    ranks = {sampled[-1]: "worst", sampled[len(sampled) // 2]: "middle", sampled[0]: "best"}
    return [
        SampledTrial(rank, trial, read_samples(study.folder.samples / f"{trial}.npz"))
        for trial, rank in sorted(ranks.items(), key=lambda each: sampled.index(each[0]))
    ]


def _rows(figure: Figure, titles: list[str]) -> list[SubFigure]:
    """One row of a figure per trial, with its title."""
    rows = list(np.atleast_1d(np.asarray(figure.subfigures(len(titles), 1), dtype=object)))
    for row, title in zip(rows, titles, strict=True):
        row.suptitle(title, fontweight="bold")
    return rows


def _draw_translations(chosen: list[SampledTrial], titles: list[str], names: list[str]) -> Figure:
    """One row of blocks per trial, both directions: an image of each class, its translation, its round trip."""
    figure = Figure(figsize=(17, 3.5 * len(chosen)), layout="constrained")
    for row, each in zip(_rows(figure, titles), chosen, strict=True):
        for axis, letter, (source, target) in zip(row.subplots(1, 2), "ab", (names, names[::-1]), strict=True):
            draw_one_way(axis, each.samples, letter, (source, f"as {target}", "and back"))
    return figure


def draw_one_way(axis: Axes, samples: Samples, letter: str, texts: tuple[str, str, str]) -> None:
    """Draw three rows of images with one column per class, each image in a unit square of the axis.

    Args:
        axis: the axis to draw on.
        samples: the samples of one trial.
        letter: `a` or `b`, the domain that is translated.
        texts: the labels of the rows.
    """
    labels, predicted = samples[f"labels_{letter}"], samples[f"predicted_{letter}"]
    columns = columns_of_classes(samples, letter)
    for row, kind in enumerate(("images", "translated", "round_trip")):
        for index, column in enumerate(columns):
            picture = np.moveaxis(samples[f"{kind}_{letter}"][column], 0, -1)
            square = (index + 0.04, index + 0.96, ROW * row + 0.96, ROW * row + 0.04)
            axis.imshow(picture, cmap="gray", vmin=0, vmax=255, extent=square)
    for index, column in enumerate(columns):
        if predicted[column] != -1:
            wrong = labels[column] not in (predicted[column], -1)
            colour, text = (ERROR, f"✗ read as {predicted[column]}") if wrong else (INK, f"read as {predicted[column]}")
            axis.text(index + 0.5, ROW + 1.0, text, color=colour, ha="center", va="top", size=7.5)
    axis.set(xlim=(0, len(columns)), ylim=(3 * ROW, 0), xticks=[])
    axis.set_yticks([ROW * row + 0.5 for row in range(3)], texts)
    axis.tick_params(left=False)
    axis.spines[:].set_visible(False)


def columns_of_classes(samples: Samples, letter: str) -> np.ndarray:
    """The index of the first image of each class; without labels, of the first ten images."""
    labels = samples[f"labels_{letter}"]
    _, columns = np.unique(labels, return_index=True)
    return np.arange(min(10, len(labels))) if len(columns) == 1 else columns


def _draw_confusions(chosen: list[SampledTrial], titles: list[str], directions: tuple[str, str]) -> Figure:
    """One row per trial: the confusion matrices of both directions."""
    figure = Figure(figsize=(11, 5.2 * len(chosen)), layout="constrained")
    for row, each in zip(_rows(figure, titles), chosen, strict=True):
        for axis, direction in zip(row.subplots(1, 2), directions, strict=True):
            axis.set_title(direction, fontsize="medium")
            if f"confusion_{direction}" in each.samples:
                draw_confusion(axis, each.samples[f"confusion_{direction}"])
            else:
                axis.text(0.5, 0.5, "no labels to compare with", ha="center", transform=axis.transAxes)
                axis.set(xticks=[], yticks=[])
    return figure


def draw_confusion(axis: Axes, counts: np.ndarray) -> None:
    """Draw how often each true class is read as each class, from counts (K, K): true class × predicted class."""
    shares = counts / counts.sum(axis=1, keepdims=True).clip(min=1)
    axis.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    for true, predicted in np.argwhere(shares >= 0.005):
        colour = "white" if shares[true, predicted] > 0.5 else "black"
        text = f"{100 * shares[true, predicted]:.0f}"
        axis.text(predicted, true, text, ha="center", va="center", color=colour, fontsize="small")
    axis.set_xticks(range(len(counts)))
    axis.set_yticks(range(len(counts)))
    axis.set_xlabel("read as, % of the true class")
    axis.set_ylabel("true class")


def _draw_latents(chosen: list[SampledTrial], titles: list[str], names: list[str]) -> Figure:
    """One row per trial: the latents of both domains in two dimensions, coloured by class and by domain."""
    figure = Figure(figsize=(14, 6 * len(chosen)), layout="constrained")
    for row, each in zip(_rows(figure, titles), chosen, strict=True):
        by_class, by_domain = row.subplots(1, 2)
        latents = [each.samples[f"latents_{letter}"][:EMBEDDED] for letter in "ab"]
        points = flatten(np.concatenate(latents))
        classes = np.concatenate([each.samples[f"latent_labels_{letter}"][:EMBEDDED] for letter in "ab"])
        domains = np.repeat((0, 1), [len(some) for some in latents])
        _scatter(by_class, points, classes, _class_names(classes))
        _scatter(by_domain, points, domains, dict(enumerate(names)))
        by_class.set_title("by class", fontsize="medium")
        by_domain.set_title("by domain", fontsize="medium")
    return figure


def _class_names(classes: np.ndarray) -> dict[int, str]:
    return {int(number): "unlabelled" if number == -1 else str(number) for number in np.unique(classes)}


def _scatter(axis: Axes, points: np.ndarray, groups: np.ndarray, names: dict[int, str]) -> None:
    """Draw points (N, 2) in the colours of their groups (N,)."""
    for group, name in sorted(names.items()):
        colour = "silver" if group == -1 else f"C{group}"
        x, y = points[groups == group].T
        axis.scatter(x, y, s=12, alpha=0.7, linewidths=0, color=colour, label=name)
    axis.set(xticks=[], yticks=[])
    axis.legend(loc="center left", bbox_to_anchor=(1, 0.5), frameon=False, markerscale=2)


def flatten(latents: np.ndarray) -> np.ndarray:
    """Latents (N, D) in two dimensions, (N, 2): t-SNE of the first principal components, deterministic.

    t-SNE keeps neighbours together; distances between groups are meaningless.
    """
    values = latents.astype(np.float64)
    count, features = values.shape
    if count < 4 or np.ptp(values, axis=0).max() == 0:  # there is nothing to spread out
        return np.zeros((count, 2))
    components = PCA(min(30, count, features), random_state=0).fit_transform(values)
    embedding = TSNE(2, perplexity=min(30, (count - 1) / 3), max_iter=500, random_state=0, n_jobs=1)
    return np.asarray(embedding.fit_transform(components))

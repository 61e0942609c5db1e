"""What the best trial is: its weights in words, and images that it translates."""

import base64
from io import BytesIO

import numpy as np
import pandas as pd
from PIL import Image

from lstnet_search.analysis.images import columns_of_classes
from lstnet_search.analysis.page.parts import Read, Strip, Weight, Weights
from lstnet_search.analysis.terms import weight_in_words
from lstnet_search.config import METHODS
from lstnet_search.evaluation.samples import Samples, read_samples
from lstnet_search.results.folder.studies import StudyTables
from lstnet_search.results.study.ranking import with_last_weights
from lstnet_search.results.study.records import PAPER_TRIAL

SHOWN = 10
"""The most images of a strip."""


def weights_card(study: StudyTables, trial: int) -> Weights | None:
    """The weights of a trial; None if its method has no weights or they are not recorded."""
    trials = with_last_weights(study.trials).set_index("trial")
    method = METHODS[study.search.trial.method]
    if trial not in trials.index or not method.weight_names:
        return None
    columns = [f"config/{name}" for name in method.weight_names]
    values = trials.reindex(columns=columns).loc[trial].apply(pd.to_numeric, errors="coerce").astype(float)
    if not np.isfinite(values).all():
        return None
    found, published = [], method.published_weights()
    for name, value in zip(method.weight_names, values, strict=True):
        paper = published[name]
        short, _ = weight_in_words(name, study.search.domain_names)
        found.append(Weight(name, short, f"{value:.3g}", f"{value / paper:.2g}" if paper else "–"))
    papers = trial == PAPER_TRIAL and not study.search.tries_points
    title = "The paper's weights, trial 0" if papers else f"Weights of the best, trial {trial}"
    copied = "".join(f"{name}: {value:.6g}\n" for name, value in zip(method.weight_names, values, strict=True))
    return Weights(title, found, copied)


def translated_strip(study: StudyTables, trial: int) -> Strip | None:
    """Images of each class with their translations by a trial at its last report; None without samples of images."""
    file = study.folder.samples / f"{trial}.npz"
    if not study.folder.has(file):
        return None
    samples = read_samples(file)
    if "images_a" not in samples:
        return None
    names = study.search.domain_names
    letter = "b" if study.search.searched_directions == (study.directions[1],) else "a"
    source, target = names if letter == "a" else names[::-1]
    columns = columns_of_classes(samples, letter)
    columns = columns[np.linspace(0, len(columns) - 1, min(SHOWN, len(columns))).astype(int)]
    read = [_read(samples, letter, int(column)) for column in columns]
    known = [each for each in read if each.truth]
    right = f" {sum(not each.wrong for each in known)} of these {len(known)} are read right." if known else ""
    return Strip(f"{source} as {target}, by trial {trial} at its last report.{right}", source, f"as {target}", read)


def _read(samples: Samples, letter: str, column: int) -> Read:
    label, truth = (int(samples[f"{name}_{letter}"][column]) for name in ("predicted", "labels"))
    texts = ["" if each == -1 else str(each) for each in (label, truth)]
    image, translation = (png_uri(samples[f"{name}_{letter}"][column]) for name in ("images", "translated"))
    return Read(image, translation, texts[0], texts[1] if texts[0] else "")


def png_uri(image: np.ndarray) -> str:
    """An image (C, H, W), uint8, with one or three channels, as a data URI."""
    buffer = BytesIO()
    pixels = image[0] if len(image) == 1 else np.moveaxis(image, 0, -1)
    Image.fromarray(np.ascontiguousarray(pixels)).save(buffer, format="png")
    return f"data:image/png;base64,{base64.b64encode(buffer.getvalue()).decode()}"

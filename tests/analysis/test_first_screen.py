"""The first screen: bars, the weights in words, translated images, and the next command."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from small_studies import study, trial

from lstnet_search.analysis.figures.curves import learning_curves
from lstnet_search.analysis.figures.landscape import parallel_coordinates
from lstnet_search.analysis.figures.marks import marks_said
from lstnet_search.analysis.importance import settings_and_scores
from lstnet_search.analysis.page.bars import Reached, draw_bars
from lstnet_search.analysis.page.headline import headline
from lstnet_search.analysis.page.winner import translated_strip, weights_card
from lstnet_search.evaluation.samples import write_samples
from lstnet_search.results.folder.studies import StudyTables
from lstnet_search.results.palette import BEST, PUBLISHED, translucent
from lstnet_search.results.study.records import TrialRecord

from .made_up import sample_arrays

SPACE: dict[str, object] = {"fixed": {"w3": 100}, "ranges": {"w1": {"type": "loguniform", "low": 1, "high": 1000}}}


def searched(path: Path, paper: float = 0.95, best: float = 0.97) -> StudyTables:
    trials = [trial(0, [(1, paper)]), trial(1, [(1, best)], w1=50.0), trial(2, [(1, 0.3)], "PRUNED", w1=5.0)]
    return study(path, trials, SPACE, trials=3)


def seed(record: TrialRecord, number: int, repeat_of: int, change: float) -> TrialRecord:
    """The same trial with another seed, and every score changed."""
    reports = [
        replace(each, metrics={name: value + change for name, value in each.metrics.items()}) for each in record.reports
    ]
    return replace(record, number=number, seed=number, repeat_of=repeat_of, reports=reports)


def test_the_bars_are_no_translation_the_papers_weights_and_the_best(tmp_path: Path) -> None:
    bars = headline(searched(tmp_path), None).bars
    assert bars is not None
    assert [(bar.name, bar.meaning, bar.text) for bar in bars.bars] == [
        ("no translation", "baseline", "62.50 %"),
        ("paper's weights", "published", "95.00 %"),
        ("best: trial 1", "best", "97.00 %"),
    ]
    none, paper, best = (bar.length for bar in bars.bars)
    assert 0 < none < paper < best < 1
    assert best - paper > 0.1  # half as many errors make a visible difference
    assert "Stretched towards 100 %." in bars.caption


def test_the_papers_weights_are_one_bar_if_they_lead(tmp_path: Path) -> None:
    bars = headline(searched(tmp_path, paper=0.98), None).bars
    assert bars is not None
    assert [bar.name for bar in bars.bars] == ["no translation", "best: paper's weights"]


def test_weights_are_shown_in_words_beside_the_papers_and_can_be_copied(tmp_path: Path) -> None:
    card = weights_card(searched(tmp_path), 1)
    assert card is not None
    first, second = card.weights[:2]
    assert (first.symbol, first.meaning, first.value, first.times) == ("w1", "mnist-like", "50", "2.5")
    assert (second.symbol, second.meaning, second.value, second.times) == ("w2", "usps-like", "20", "1")
    assert card.copied == "w1: 50\nw2: 20\nw3: 100\nw4: 100\nw5: 100\nw6: 100\nwl: 30\n"


def test_images_are_shown_with_their_translations_and_labels(tmp_path: Path) -> None:
    tables = searched(tmp_path)
    assert translated_strip(tables, 1) is None
    samples = sample_arrays(np.random.default_rng(0), labelled=True)
    samples["predicted_a"] = np.where(samples["labels_a"] == 8, 3, samples["labels_a"])
    write_samples(tables.folder.samples / "1.npz", samples)
    strip = translated_strip(tables, 1)
    assert strip is not None
    assert [each.truth for each in strip.read] == [str(digit) for digit in range(10)]
    assert [each.label for each in strip.read if each.wrong] == ["3"]
    assert strip.caption == "mnist as usps, by trial 1 at its last report. 9 of these 10 are read right."
    assert all(each.image.startswith("data:image/png;base64,") for each in strip.read)


def test_images_of_the_direction_that_was_searched_are_shown(tmp_path: Path) -> None:
    trials = [trial(0, [(1, 0.9)]), trial(1, [(1, 0.95)], w1=50.0)]
    tables = study(tmp_path, trials, SPACE, trials=2, direction="usps_to_mnist")
    write_samples(tables.folder.samples / "1.npz", sample_arrays(np.random.default_rng(0), labelled=True))
    strip = translated_strip(tables, 1)
    assert strip is not None
    assert strip.caption.startswith("usps as mnist, by trial 1")


def test_given_points_have_no_winner_to_confirm_and_trial_0_is_not_the_papers(tmp_path: Path) -> None:
    points = study(tmp_path, [trial(0, [(1, 0.95)], w1=7.0), trial(1, [(1, 0.9)], w1=0.0)], trials=2)
    said = headline(points, None)
    assert said.sentence.startswith("The search found nothing better than the unchanged settings, ")
    assert said.now.command == ""
    assert said.bars is not None
    assert [bar.name for bar in said.bars.bars] == ["no translation", "best: unchanged settings"]
    assert said.weights is not None
    assert said.weights.title == "Weights of the best, trial 0"
    curves = learning_curves(points, "target_accuracy").figure["data"]
    assert any(trace.get("name", "").startswith("trial 0, unchanged settings: ") for trace in curves)
    assert marks_said(points.search) == "Star: the best; ochre: the unchanged settings."


def test_an_axis_that_does_not_begin_at_0_is_said_to() -> None:
    scores = [Reached(str(value), "other", value, f"{value:g}") for value in (-0.5, -0.3)]
    bars = draw_bars("neg_entropy", scores, "Confidence")
    assert bars is not None
    assert bars.caption == "Confidence. The axis does not begin at 0."


def test_the_next_command_is_to_finish_then_to_confirm(tmp_path: Path) -> None:
    tables = searched(tmp_path)
    assert headline(tables, None).now.command == f"lstnet-search confirm {tables.folder.path}"
    running = study(tmp_path / "running", [trial(0, [(1, 0.9)]), trial(1, [(1, 0.8)], "RUNNING")], trials=2)
    assert headline(running, None).now.command == running.folder.resume_command()


def test_without_repeats_a_small_lead_may_be_noise_and_with_them_the_noise_is_told(tmp_path: Path) -> None:
    assert "a small lead may be noise" in headline(searched(tmp_path), None).sure[0]
    records = [trial(0, [(1, 0.90)]), trial(1, [(1, 0.95)], w1=50.0)]
    repeats = [
        seed(records[of], 2 + 2 * of + one, of, change) for of in (0, 1) for one, change in ((0, 0.01), (1, -0.01))
    ]
    said = headline(study(tmp_path / "repeats", records + repeats, SPACE, trials=2), None)
    assert said.sure[0].startswith("Another seed moves a score by about ")
    assert said.bars is not None
    assert all(bar.interval for bar in said.bars.bars if bar.meaning != "baseline")
    best = StudyTables.read(tmp_path / "repeats" / "study").ranked("target_accuracy").best
    half = (best.interval[1] - best.interval[0]) / 2
    assert said.bars.bars[-1].text == f"{100 * best.expected:.2f} ± {100 * half:.2f} %"


def test_seeds_of_a_configuration_are_one_line_with_a_band(tmp_path: Path) -> None:
    records = [trial(0, [(1, 0.5), (1, 0.6)]), trial(1, [(1, 0.5), (1, 0.8)], w1=50.0)]
    records += [seed(records[1], 2, 1, 0.1), seed(records[1], 3, 1, -0.1)]
    plot = learning_curves(study(tmp_path, records, SPACE), "target_accuracy")
    lines = {trace["name"].split(":")[0]: trace for trace in plot.figure["data"] if "name" in trace}
    assert lines.keys() == {"trial 0, paper's weights", "trial 1, 3 seeds"}
    assert lines["trial 1, 3 seeds"]["customdata"][:2] == pytest.approx([0.5, 0.8])  # means
    assert lines["trial 1, 3 seeds"]["line"]["color"] == BEST
    assert lines["trial 0, paper's weights"]["line"]["color"] == PUBLISHED
    (band,) = (trace for trace in plot.figure["data"] if trace.get("fill") == "toself")
    assert band["y"] == pytest.approx([0.6, 0.9, 0.7, 0.4])
    assert band["fillcolor"] == translucent(BEST)
    assert "the band is from the lowest to the highest" in plot.caption


def test_the_score_is_the_last_of_the_parallel_axes(tmp_path: Path) -> None:
    tables = searched(tmp_path)
    settings, scores = settings_and_scores(tables, "target_accuracy")
    layout = parallel_coordinates(tables, settings, scores, "target_accuracy").figure["layout"]
    assert layout["xaxis"]["ticktext"] == ["w1/w3", "<b>score</b>"]
    assert {"30.00 %", "97.00 %"} <= {each["text"] for each in layout["annotations"]}


def test_the_height_of_a_score_is_that_of_its_logit(tmp_path: Path) -> None:
    trials = [trial(0, [(1, 0.8)]), trial(1, [(1, 0.97)], w1=50.0), trial(2, [(1, 0.52)], w1=5.0)]
    tables = study(tmp_path, trials, SPACE, trials=3)
    settings, scores = settings_and_scores(tables, "target_accuracy")
    plot = parallel_coordinates(tables, settings, scores, "target_accuracy")
    (paper,) = (trace for trace in plot.figure["data"] if trace.get("name") == "paper's weights")
    low, middle, high = (np.log(score / (1 - score)) for score in (0.52, 0.8, 0.97))
    assert [y for y in paper["y"] if y is not None][-1] == pytest.approx((middle - low) / (high - low), abs=0.001)


def test_the_best_and_the_papers_are_one_mark_if_they_are_one_trial(tmp_path: Path) -> None:
    tables = searched(tmp_path, paper=0.98)
    settings, scores = settings_and_scores(tables, "target_accuracy")
    plot = parallel_coordinates(tables, settings, scores, "target_accuracy")
    assert [trace["name"] for trace in plot.figure["data"] if "name" in trace] == ["best: the paper's weights"]

"""`load_study`: a study as a Python object gives the same results as the commands."""

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from small_studies import study as small_study
from small_studies import trial

from lstnet_search import InputError, Study, load_study
from lstnet_search.results.folder.folder import ResultsFolder
from lstnet_search.results.folder.studies import StudyTables

PUBLISHED = Path(__file__).parents[2] / "docs" / "studies" / "mnist-usps"


@pytest.fixture(scope="module")
def published() -> Study:
    return load_study(PUBLISHED)


@pytest.fixture
def found(tmp_path: Path) -> Study:
    """Trial 1 leads trial 0; trial 2 is the best by the criterion; trial 3 failed."""
    records = [trial(0, [(0.1, 0.60)]), trial(1, [(0.2, 0.90)], w1=7.0), trial(2, [(0.3, 0.5)], w1=9.0)]
    records.append(trial(3, [], "FAIL", w1=8.0))
    return load_study(small_study(tmp_path, records, trials=4).folder.path)


def test_a_study_is_loaded_by_its_name_as_commands_find_it(tmp_path: Path) -> None:
    path = small_study(tmp_path, [trial(0, [(0.1, 0.6)])]).folder.path
    study = load_study(path.name, tmp_path)
    assert (study.name, study.path, study.metric) == ("study", path, "target_accuracy")
    assert study.directions == ("mnist_to_usps", "usps_to_mnist")
    assert study.baseline["target_accuracy"] == pytest.approx((0.5 + 0.75) / 2)


def test_a_folder_without_a_study_is_refused_with_one_line(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="is not a results folder: it has no search") as refused:
        load_study(tmp_path)
    assert refused.value._render_traceback_() == [f"error: {refused.value}"]


def test_the_best_configuration_has_its_settings_weights_and_score(found: Study) -> None:
    best = found.best
    assert (best.trial, best.score, best.seeds) == (1, 0.90, 1)
    assert best.weights == {"w1": 7.0, "w2": 20, "w3": 100, "w4": 100, "w5": 100, "w6": 100, "wl": 30}
    assert best.settings.weights == best.weights
    assert best.interval is None
    assert best.probability is None


def test_several_seeds_give_an_interval_and_a_probability(tmp_path: Path) -> None:
    scores = {0: (0.60, 0.62, 0.61), 1: (0.90, 0.91, 0.92)}
    records = [
        replace(
            trial(3 * number + seed, [(0.1, score)], w1=20.0 + number),
            seed=seed,
            repeat_of=3 * number if seed else None,
        )
        for number, of_one in scores.items()
        for seed, score in enumerate(of_one)
    ]
    best = load_study(small_study(tmp_path, records).folder.path).best
    assert (best.trial, best.seeds) == (3, 3)
    assert best.interval is not None
    assert best.interval[0] < best.score < best.interval[1]
    assert best.probability is not None
    assert best.probability > 0.9


def test_without_a_score_there_is_no_best_and_everything_else_still_reads(tmp_path: Path) -> None:
    study = load_study(small_study(tmp_path, [trial(0, [], "RUNNING")]).folder.path)
    with pytest.raises(InputError, match="has target_accuracy yet; wait for a report"):
        _ = study.best
    assert study.verdict == "no trial has target_accuracy yet"
    assert study.configurations().empty
    assert study.verdict in study._repr_html_()


def test_tables_are_those_of_the_results_folder(found: Study) -> None:
    folder = ResultsFolder(found.path)
    pd.testing.assert_frame_equal(found.trials(), folder.read_trials())
    pd.testing.assert_frame_equal(found.history(), folder.read_history())
    written = pd.read_parquet(folder.configurations_file)
    pd.testing.assert_frame_equal(found.configurations(), written, check_dtype=False)
    assert written["configuration"].tolist() == [1, 0, 2]


def test_changing_a_table_does_not_change_the_study(found: Study) -> None:
    trials, history = found.trials(), found.history()
    trials.loc[:, "state"] = "FAIL"
    history.loc[:, "target_accuracy"] = 0.0
    assert found.best.trial == 1
    assert found.history()["target_accuracy"].max() == 0.9


def test_configurations_are_ranked_by_any_metric_that_was_reported(found: Study) -> None:
    assert found.configurations("snd")["configuration"].tolist() == [2, 1, 0]
    with pytest.raises(InputError, match="has the metric 'sdn'; there are: snd, target_accuracy"):
        found.configurations("sdn")


def test_the_verdict_is_that_of_the_confirmation_if_there_is_one(found: Study, published: Study) -> None:
    assert found.verdict.startswith("no difference shown between 3 configurations: with one seed each")
    sentence = "The search found nothing better than the paper's weights: trial 0 is its best"
    assert published.verdict.startswith(sentence)
    assert sentence in repr(published)


def test_a_confirmation_has_one_row_per_training(found: Study, published: Study) -> None:
    assert found.confirmation() is None
    confirmed = published.confirmation()
    assert confirmed is not None
    assert confirmed["candidate"].value_counts().to_dict() == {"best": 5, "2": 5, "no translation": 5}


@pytest.mark.parametrize("name", ["weights", "importance", "curves", "directions", "confirmation"])
def test_figures_of_the_report_are_drawn_by_name(published: Study, name: str) -> None:
    figure = published.figure(name)
    assert type(figure).__name__ == "Figure"
    assert len(figure.data) > 0
    assert figure.layout.height > 100


def test_the_curves_are_those_of_the_report(published: Study) -> None:
    from lstnet_search.analysis.figures.curves import learning_curves

    drawn = learning_curves(StudyTables.read(PUBLISHED), "target_accuracy").figure
    assert published.figure("curves").to_plotly_json()["data"] == drawn["data"]


def test_a_figure_that_cannot_be_drawn_says_what_it_needs(found: Study) -> None:
    with pytest.raises(InputError, match="choose one of weights, importance, curves, directions, confirmation"):
        found.figure("wieghts")
    with pytest.raises(InputError, match="the figure 'confirmation' needs a confirmation, which study does not have"):
        found.figure("confirmation")
    with pytest.raises(InputError, match="'directions' needs the accuracy of both directions"):
        found.figure("directions")


def test_a_notebook_shows_the_verdict_and_the_best_trials_escaped(published: Study, tmp_path: Path) -> None:
    html = published._repr_html_()
    assert "trial 0 is its best, with 98.19 % on the test sets" in html
    assert html.count("<tr>") > 10
    odd = small_study(tmp_path / "a", [trial(0, [(0.1, 0.6)])]).folder.path
    renamed = odd.rename(odd.with_name("<b>study"))
    assert "&lt;b&gt;study" in load_study(renamed)._repr_html_()

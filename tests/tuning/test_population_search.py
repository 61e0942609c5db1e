"""Searches of a population at smoke size: more trials than run at once, stopped and resumed."""

import signal
from pathlib import Path

import pandas as pd
import pytest
import yaml
from searches import ALL_BUNDLED, done, own_tables, search_until, searched

from lstnet_search.results.study.ranking import settings_of_row

OPTIONS = ("--cpus", "2", "--steps", "6", "--trials", "4", "--scheduler", "pbt", "--select-by", "snd", *ALL_BUNDLED)

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def never_stopped(tmp_path_factory: pytest.TempPathFactory, address: str) -> list[pd.DataFrame]:
    """Tables of a population that was never stopped."""
    results = tmp_path_factory.mktemp("results")
    assert "continues from trial" in searched(results, *OPTIONS, "--name", "whole", address=address)
    return own_tables(results / "whole")


def test_a_population_ends_with_a_schedule_that_train_follows(
    never_stopped: list[pd.DataFrame], tmp_path: Path
) -> None:
    trials, history = never_stopped
    assert (trials["state"] == "COMPLETE").all()
    assert (trials["steps"] == 6).all()
    assert trials["config/schedule"].isna()[0]  # trial 0 copies nothing
    assert not history.duplicated(["trial", "step"]).any()

    scheduled = trials[trials["config/schedule"].notna()].iloc[0]
    settings = tmp_path / "scheduled.yaml"
    settings.write_text(yaml.safe_dump(settings_of_row(scheduled).model_dump(mode="json")))
    done("train", "--config", str(settings), "--output", str(tmp_path / "model"))
    again = pd.read_parquet(tmp_path / "model" / "history.parquet").drop(columns=["trial", "seconds"])
    best = again[again["snd"] == scheduled["best/snd"]].iloc[-1]  # to the bit, at the same step as in the search
    report = history[(history["trial"] == scheduled["trial"]) & (history["step"] == best["step"])]
    assert report["snd"].tolist() == [best["snd"]]
    for name in best.index.drop("step"):
        assert best[name] == scheduled[f"best/{name}"], name


def test_a_population_that_is_stopped_continues_as_if_it_never_was(
    never_stopped: list[pd.DataFrame], tmp_path: Path, address: str
) -> None:
    options, joins = (*OPTIONS, "--name", "stopped"), {"RAY_ADDRESS": address}
    wanted = ".*continues from trial"
    code, printed = search_until(tmp_path, wanted, *options, stop=signal.SIGINT, environment=joins)
    assert code == 130, printed
    searched(tmp_path, "--cpus", "2", "--name", "stopped", "--resume", *ALL_BUNDLED, address=address)
    for stopped, never in zip(own_tables(tmp_path / "stopped"), never_stopped, strict=True):
        pd.testing.assert_frame_equal(stopped, never)

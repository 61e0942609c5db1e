"""Benchmarks print figures and never pass or fail. Each is run here once, at the smallest size and without a GPU."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import nullcontext
from importlib import import_module
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import alternatives
import driver
import estimate
import evaluation
import folders
import gpu_paper
import gpu_trials
import kernels
import load
import overhead
import pandas as pd
import peers
import precision
import pytest
import recipe
import search_efficiency
import start
import step
import transport
from typer.main import get_command

from lstnet_search.cli.app import App, run_app
from lstnet_search.evaluation import Prepared
from lstnet_search.methods import deepjdot
from lstnet_search.methods.lstnet import LSTNet
from lstnet_search.tuning.cluster.cluster import local_cluster
from lstnet_search.tuning.cluster.placement import Placement

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"
SCRIPTS = sorted(path.stem for path in BENCHMARKS.glob("*.py") if "__main__" in path.read_text())
WEIGHTS = ("w1", "w2", "w3", "w4", "w5", "w6", "wl")
PRIMES = (1, 3, 1, 5, 7, 11, 13)
WIDTH = 1 / 64


def app_of(name: str) -> App:
    """The command-line interface of a script."""
    module = import_module(name)
    if hasattr(module, "app"):
        app: App = module.app
    else:
        app = App()
        app.command()(module.main)
    return app


def read(path: Path) -> Any:
    return json.loads(path.read_text())


@pytest.mark.parametrize("name", SCRIPTS)
def test_every_script_has_help(name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, "argv", [f"{name}.py", "--help"])
    with pytest.raises(SystemExit, match="0"):
        run_app(app_of(name))
    assert "Usage" in capsys.readouterr().out


@pytest.mark.parametrize("name", ["gpu.sh", "gpu_efficiency.sh", "gpu_paper.sh"])
def test_shell_scripts_start_a_benchmark_with_options_that_it_has(name: str, tmp_path: Path) -> None:
    python = tmp_path / "python"
    python.write_text('#!/bin/sh\n[ "$1" = -c ] || printf "%s\\n" "$@"\n')
    python.chmod(0o755)
    environment = os.environ | {"PYTHON": str(python), "OUT": str(tmp_path)}
    started = subprocess.run([BENCHMARKS / name], env=environment, capture_output=True, text=True, check=True)
    script, *arguments = started.stdout.splitlines()
    command: Any = get_command(app_of(Path(script).stem))
    if hasattr(command, "commands"):
        command = command.commands[arguments.pop(0)]
    assert str(tmp_path) in str(command.make_context(name, arguments).params["output"])


@pytest.mark.slow
def test_step_measures_every_trick(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(step, "peak_flops", lambda device, dtype: 1e12)
    output = tmp_path / "step.json"
    step.main(width=[WIDTH], threads=[1], rounds=1, steps=1, warm_up=1, output=output)
    result = read(output)
    names = ["textbook", "+ batches on the device", "+ one graph for both updates"]
    assert [row["name"] for row in result["rows"]][:3] == names
    assert all(row["ratio"] == 1 and row["flop_per_step"] > 0 for row in result["rows"])
    assert result["machine"]


@pytest.mark.slow
@pytest.mark.usefixtures("prepared")
def test_alternatives_time_and_train_each_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(step, "peak_flops", lambda device, dtype: 1e12)
    output = tmp_path / "alternatives.json"
    alternatives.main(
        width=[WIDTH], threads=1, rounds=1, steps_per_turn=1, warm_up=1, accuracy=0.0, steps=1, output=output
    )
    ways = ["textbook", "whole objective twice", "ours"]
    assert [row["name"] for row in read(output)["steps"]] == ways
    assert [(row["way"], row["step"]) for row in read(output)["trainings"]] == [(way, 1) for way in ways]


def test_peers_leave_out_a_tuner_that_cannot_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    milliseconds = {"seconds_per_trial": 0.003, "work_per_trial": 0.002}
    monkeypatch.setattr(peers, "measure", lambda way, storage, trials, concurrent: milliseconds)
    monkeypatch.setattr(peers, "local_cluster", lambda placement: nullcontext())
    for name, script in (("syne-tune", f"echo '{json.dumps(milliseconds)}'"), ("keras-tuner", "exit 1")):
        python = tmp_path / name / "bin/python"
        python.parent.mkdir(parents=True)
        python.write_text(f"#!/bin/sh\n{script}\n")
        python.chmod(0o755)
    peers.main(trials=2, environments=tmp_path, output=tmp_path / "peers.json")
    tuners = read(tmp_path / "peers.json")["tuners"]
    assert tuners == dict.fromkeys(("Optuna", "plain Tuner", "ours", "Syne Tune"), milliseconds)
    assert "KerasTuner is left out" in capsys.readouterr().out


def test_kernels_are_timed_at_every_size(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kernels, "SIZES", ((4, 7), (8, 3)))
    kernels.main(repetitions=1, output=tmp_path / "kernels.json")
    assert [(row["filters"], row["side"]) for row in read(tmp_path / "kernels.json")["rows"]] == [(4, 7)] * 3 + [
        (8, 3)
    ] * 3


@pytest.mark.slow
def test_gpu_trials_counts_parallel_and_grouped_trials(tmp_path: Path) -> None:
    output = tmp_path / "trials.json"
    gpu_trials.main(width=WIDTH, batch=4, steps=1, warm_up=1, processes=[2], groups=[2], output=output)
    rows = read(output)["rows"]
    assert [row["trials"] for row in rows] == [2, 2]
    assert [row["peak_memory_mib"] for row in rows] == [200, 100]
    assert all(row["trials_an_hour"] > 0 for row in rows)


@pytest.mark.slow
@pytest.mark.usefixtures("prepared")
def test_gpu_paper_continues_with_each_call_and_opens_the_test_sets_at_the_end(tmp_path: Path) -> None:
    settings = json.dumps({"width": WIDTH, "batch_size": 8, "steps": 2, "reports": 2, "data": "bundled"})
    result = tmp_path / "gpu_paper.json"
    gpu_paper.main(Path(), tmp_path / "state", tmp_path, minutes=0, settings=settings)
    assert "test" not in read(result)
    gpu_paper.main(Path(), tmp_path / "state", tmp_path, minutes=0, settings=settings)
    assert [row["step"] for row in read(result)["curve"]] == [1, 2]
    assert set(read(result)["test"]) == {"test_accuracy_mnist_to_usps", "test_accuracy_usps_to_mnist"}


@pytest.mark.slow
@pytest.mark.usefixtures("prepared")
def test_recipe_trains_each_row_and_repeats_no_training(
    tmp_path: Path,
    prepared: None,
    bundled_data: Prepared,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    output = tmp_path / "recipe.json"
    monkeypatch.setattr(recipe, "adapt", Mock(return_value=bundled_data.classifiers))  # which takes a minute
    rows = ["no translation", "textbook", "anchored"]
    recipe.main(only=rows, seeds=1, steps=1, output=output)
    found = json.loads(output.read_text())["trainings"]
    assert {each["row"]: len(each["curve"]) for each in found} == {"no translation": 0, "textbook": 1, "anchored": 1}
    assert all({*each["readers"]} == {"translated", "adapted", "both"} for each in found)
    monkeypatch.setattr(recipe, "_train", Mock(side_effect=AssertionError))
    recipe.main(only=rows, seeds=1, steps=1, output=output)
    printed = capsys.readouterr().out
    assert all(row in printed for row in rows)


def test_precision_compares_formats_seed_by_seed_and_repeats_no_training(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    output = tmp_path / "precision.json"
    precision.main(seeds=2, steps=1, output=output)
    assert "95 % interval" in capsys.readouterr().out
    rows = read(output)["rows"]
    assert len(rows) == 4
    monkeypatch.setattr(precision, "_accuracy", Mock(side_effect=AssertionError))
    precision.main(seeds=2, steps=1, output=output)
    assert read(output)["rows"] == rows


@pytest.mark.slow
@pytest.mark.usefixtures("prepared")
def test_search_efficiency_continues_a_recording(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    output = tmp_path / "recorded.parquet"
    settings = json.dumps({"width": WIDTH, "batch_size": 8})
    search_efficiency.record_trials(2, steps=2, every=1, settings=settings, state=tmp_path / "state", output=output)
    recorded = pd.read_parquet(output)
    assert recorded[["trial", "step"]].to_numpy().tolist() == [[0, 1], [0, 2], [1, 1], [1, 2]]
    search_efficiency.record_trials(
        3, steps=2, every=1, minutes=0, settings=settings, state=tmp_path / "other", output=output
    )
    assert "2 of 3 trials are in" in capsys.readouterr().out
    pd.testing.assert_frame_equal(pd.read_parquet(output), recorded)


@pytest.fixture
def recorded(tmp_path: Path) -> Path:
    """Sixteen made-up trainings all over the default space."""
    path = tmp_path / "recorded.parquet"
    pd.DataFrame(
        {"trial": trial, "step": step, "target_accuracy": trial / 16 * step / 50}
        | {
            name: 100.0 if name == "w3" else 1000 ** ((trial * prime % 16) / 16)
            for name, prime in zip(WEIGHTS, PRIMES, strict=True)
        }
        for trial in range(16)
        for step in (25, 50)
    ).to_parquet(path)
    return path


@pytest.mark.slow
def test_search_efficiency_judges_what_searches_choose_and_what_they_claim_where_nothing_differs(
    recorded: Path, tmp_path: Path
) -> None:
    output = tmp_path / "regret.json"
    search_efficiency.regret(recorded, searches=2, luck=1e-4, only=["tpe/asha/5"], output=output)
    (row,) = read(output)["rows"]
    assert [len(choices) for choices in row["choices"]] == [4, 4], "one per budget"
    last = [choices[-1] for choices in row["choices"]]
    assert all(choice["better"] and not choice["worse"] for choice in last), "luck is small here"
    assert all(choices[0]["regret"] >= choices[-1]["regret"] > -0.1 for choices in row["choices"])
    assert len(row["celebrated"]) == 2


@pytest.mark.slow
def test_search_efficiency_counts_steps_to_what_random_search_finds(
    recorded: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    output = tmp_path / "efficiency.json"
    search_efficiency.compare(recorded, trials=4, seeds=1, workers=2, output=output)
    assert "4 random trials find" in capsys.readouterr().out
    result = read(output)
    assert result["budget"] == 4 * 50
    kinds = [(row["sampler"], row["scheduler"]) for row in result["rows"]]
    assert kinds[:3] == [("random", "none"), ("random", "asha"), ("random", "median")]
    assert len(kinds) == 9
    (steps,) = result["rows"][0]["steps"]  # the search that defines the target
    assert 0 < steps <= 200
    assert steps % 25 == 0


@pytest.mark.slow
def test_images_are_read_from_files_and_then_from_the_cache(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folders.main(count=1000, listed=1000, threads=1, output=tmp_path / "folders.json")
    results = json.loads((tmp_path / "folders.json").read_text())
    for name in ("PNG, 28x28", "JPEG, 64x64", "Parquet of bytes, 28x28"):
        assert results[f"{name}, second start"] > results[f"{name}, first start"] > 0
    assert capsys.readouterr().out.splitlines()[-1].startswith("listing: 1000 files in")


@pytest.mark.slow
@pytest.mark.usefixtures("prepared")
def test_evaluation_prints_the_share_of_reports(capsys: pytest.CaptureFixture[str]) -> None:
    evaluation.main(width=[WIDTH], reports=2, steps=1)
    assert "% of a trial that reports every" in capsys.readouterr().out


@pytest.mark.slow
@pytest.mark.usefixtures("prepared")
def test_start_takes_no_step(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(LSTNet, "step", start._stop)
    start.main(width=[WIDTH], trials=2)
    assert "s from settings to the first step" in capsys.readouterr().out


@pytest.mark.slow
def test_transport_takes_a_share_of_a_step(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deepjdot, "transport", deepjdot.transport)  # which the benchmark replaces
    output = tmp_path / "transport.json"
    transport.main(batch_size=8, width=WIDTH, steps=1, output=output)
    assert 0 < read(output)["share"] < 1


@pytest.mark.slow
def test_driver_measures_every_operation(tmp_path: Path) -> None:
    output = tmp_path / "driver.json"
    driver.main(trials=[2], output=output)
    (row,) = read(output)["rows"]
    assert row["trials"] == 2
    assert all(row[name] > 0 for name in ("draw", "end", "tables", "going on"))


@pytest.fixture(scope="module")
def cluster() -> Iterator[None]:
    """A cluster whose workers find the benchmarks' modules, as they do when a script in that folder starts Ray."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("PYTHONPATH", str(BENCHMARKS))
        with local_cluster(Placement(cpus=1, gpus=0, concurrent=1)):
            yield


@pytest.fixture
def shared_cluster(cluster: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """One cluster for all benchmarks that need Ray."""
    for module in (load, overhead):
        monkeypatch.setattr(module, "local_cluster", lambda placement: nullcontext())


@pytest.mark.slow
@pytest.mark.usefixtures("shared_cluster")
def test_overhead_has_one_row_per_way_and_number_of_trials(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    output = tmp_path / "overhead.json"
    overhead.main(trials=[2], storage=["journal"], concurrent=1, output=output)
    assert "ours / plain" in capsys.readouterr().out
    rows = read(output)["rows"]
    assert [(row["trials"], row["way"]) for row in rows] == [(2, way) for way in ("Optuna", "plain Tuner", "ours")]
    assert all(row["seconds_per_trial"] > 0 for row in rows)


@pytest.mark.slow
@pytest.mark.usefixtures("shared_cluster")
def test_load_measures_the_driver_and_a_resume(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    output = tmp_path / "load.json"
    load.main(trials=[10], concurrent=1, output=output)
    assert "the driver of a search" in capsys.readouterr().out
    (row,) = read(output)["rows"]
    assert len(row["work_per_trial_by_tenth"]) == len(row["memory_by_tenth_mib"]) == 10
    assert row["memory_peak_mib"] >= row["memory_before_mib"] > 0
    assert row["folder"]["tune_files"] > 0
    assert row["resume"]["work"] > 0


def test_estimates_are_compared_with_the_time_that_was_left() -> None:
    steady = [[(1, 10.0), (2, 20.0)]] * 2
    replay = estimate.Replayed(steady, {0, 1}, estimate.Progress(2, 2, 1), 1)
    assert replay.errors == pytest.approx([0.0] * 3)
    slower = [[(1, 10.0), (2, 20.0)], [(1, 20.0), (2, 40.0)]]
    replay = estimate.Replayed(slower, {0, 1}, estimate.Progress(2, 2, 1), 1)
    assert replay.errors[0] == pytest.approx(20 / 50), "after 10 s, 30 s are expected and 50 are left"

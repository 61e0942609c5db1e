import sys
from pathlib import Path

import pytest

from lstnet_search.cli.options.resources import RunOptions, command_line, parse_gpus_per_trial
from lstnet_search.errors import InputError
from lstnet_search.results.folder.folder import ResultsFolder


@pytest.mark.parametrize(
    ("arguments", "command"),
    [
        (["run_search.py", "--name", "two words"], "python run_search.py --name 'two words'"),
        (["somewhere/lstnet_search/__main__.py", "confirm", "results/a"], "python -m lstnet_search confirm results/a"),
        (["/somewhere/bin/lstnet-search", "confirm", "a"], "lstnet-search confirm a"),
    ],
)
def test_a_command_is_recorded_so_that_it_can_be_typed_again(
    arguments: list[str], command: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "argv", arguments)
    assert command_line() == command


@pytest.mark.parametrize(
    ("text", "trials"),
    [
        (None, 1),
        ("1", 1),
        ("1.0", 1),
        ("0.5", 2),
        ("0.33", 3),
        ("0.3333", 3),
        ("0.17", 6),
        ("0.05", 20),
        ("auto", None),
    ],
)
def test_a_share_of_a_gpu_is_one_over_the_trials_that_share_it(text: str | None, trials: int | None) -> None:
    assert parse_gpus_per_trial(text) == trials


@pytest.mark.parametrize("text", ["0", "-0.5", "0.4", "0.7", "0.01", "half", "nan"])
def test_a_share_that_is_not_one_over_a_whole_number_is_refused(text: str) -> None:
    with pytest.raises(InputError, match=f"--gpus-per-trial {text} must be auto or one divided by a whole number"):
        parse_gpus_per_trial(text)


@pytest.mark.parametrize("text", ["2", "1.5", "inf"])
def test_more_than_one_gpu_for_a_trial_is_refused(text: str) -> None:
    with pytest.raises(InputError, match=f"--gpus-per-trial {text}: a trial trains on one GPU; give at most 1"):
        parse_gpus_per_trial(text)


def test_a_run_has_what_its_options_say() -> None:
    given = RunOptions(gpus=2, gpus_per_trial="0.5", time_budget="8h", trial_timeout="1h30m", storage="s3://b/x")
    run = given.make_run(ResultsFolder(Path("results/x")), None)
    assert (run.resources.gpus, run.resources.cpus, run.resources.per_gpu) == (2, None, 2)
    assert (run.time_budget, run.trial_timeout, run.storage) == (8 * 3600, 5400, "s3://b/x")
    assert (run.data_dir, run.resume) == (Path("data"), False)

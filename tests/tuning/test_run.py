from pathlib import Path

import pytest

from lstnet_search.config.search import TrackerName
from lstnet_search.results.folder.folder import ResultsFolder
from lstnet_search.tuning.run import Resources, Run

FOLDER = ResultsFolder(Path("results/it"))


@pytest.mark.parametrize(
    ("run", "options"),
    [
        (Run(FOLDER), ""),
        (
            Run(FOLDER, resources=Resources(cpus=8, gpus=2, per_gpu=3, max_concurrent=4), trial_timeout=1234567.5),
            " --cpus 8 --gpus 2 --gpus-per-trial 0.333 --max-concurrent 4 --trial-timeout 1234567.5s",
        ),
        (
            Run(FOLDER, resources=Resources(per_gpu=None, address="auto"), storage="/s", time_budget=3600.0),
            " --address auto --gpus-per-trial auto",
        ),
        (Run(FOLDER, log=(TrackerName.MLFLOW, TrackerName.WANDB)), " --log mlflow --log wandb"),
    ],
)
def test_the_resume_command_has_what_the_results_folder_does_not_record(run: Run, options: str) -> None:
    assert run.resume_command == f"python run_search.py --name it --resume{options}"


def test_the_storage_is_the_results_folder_unless_another_is_given(tmp_path: Path) -> None:
    folder = ResultsFolder(tmp_path / "it")
    assert Run(folder).open_storage().tune == str(folder.tune)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    assert Run(folder, storage=str(elsewhere)).open_storage().tune == str(elsewhere / "it" / "tune")

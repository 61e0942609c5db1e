"""`train`: trains one model, without Ray."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from lstnet_search.cli.options import common
from lstnet_search.cli.options.reading import DataOptions
from lstnet_search.config import TrialConfig
from lstnet_search.config.presets import METHOD_PRESETS, MethodName, PresetName
from lstnet_search.errors import InputError
from lstnet_search.io.console import console
from lstnet_search.io.yaml import read_yaml


def train(
    images: DataOptions,
    config: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Settings, such as a search's best_config.yaml.")
    ] = None,
    method: common.MethodOption = None,
    preset: common.PresetOption = None,
    steps: common.StepsOption = None,
    seed: common.SeedOption = None,
    output: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="Folder to make. Default: results/train-YYYYMMDD-HHMMSS."),
    ] = None,
    test: Annotated[bool, typer.Option("--test", help="Open the test sets at the end.")] = False,
) -> int:
    """Train one model, without a search.

    One line per report is printed. The model is the one after the last step. If --config is the best_config.yaml of a
    search or an export, it is the one after the step that was best in the search.
    """
    for option, given in (("--preset", preset), ("--method", method)):
        if config is not None and given is not None:
            raise InputError(f"--config and {option} exclude each other; give one of them")
    settings = _settings(config, method or "lstnet", preset, images)
    changes = {"steps": steps, "seed": seed}
    settings = settings.override({name: value for name, value in changes.items() if value is not None}, "the options")
    output = output or common.DEFAULT_RESULTS_DIR / f"train-{datetime.now():%Y%m%d-%H%M%S}"
    if output.exists():
        raise common.exists_already(output)

    from lstnet_search.cli.single_training import SingleTraining, best_model  # imports PyTorch: after the checks
    from lstnet_search.results.folder.folder import ResultsFolder

    searched, best = None, None
    data_dir = images.data_dir or common.DEFAULT_DATA_DIR
    if config is not None:
        folder = ResultsFolder(config.parent)
        best = best_model(config.parent, settings)
        if folder.search_file.is_file():
            searched = folder
            data_dir = images.data_dir or Path(folder.read_search().data_dir)
    training = SingleTraining(settings, data_dir, console(), best)
    return training.run(output, test, searched)


def _settings(config: Path | None, method: MethodName, preset: PresetName | None, images: DataOptions) -> TrialConfig:
    if config is None:
        settings = METHOD_PRESETS[method][preset or common.default_preset()].trial
    else:
        settings = TrialConfig.parse(read_yaml(config, "config file", "--config"), str(config))
    asked = images.domain_settings(settings.domains)
    settings = settings.override(asked, "the options")
    otherwise: str = settings.data
    if config is None or "domains" in asked:
        otherwise = common.default_data(settings.domains, settings.data)
    return settings.override(common.data_settings(images.data_dir, images.bundled, otherwise), "the options")

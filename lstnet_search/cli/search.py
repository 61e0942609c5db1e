"""`search`: the main job."""

from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from lstnet_search.cli import options
from lstnet_search.config import PRESETS, InputError, Space
from lstnet_search.config.search import SearchConfig
from lstnet_search.results.folder import ResultsFolder

DEFAULT_SPACE = Path(__file__).parents[2] / "search_spaces" / "weight_ratios.yaml"


def search(
    gpus: Annotated[int | None, typer.Option(help="GPUs to use; default: all.")] = None,
    cpus: Annotated[int | None, typer.Option(help="CPUs to use; default: all.")] = None,
    preset: options.PresetOption = None,
    trials: Annotated[int | None, typer.Option(help="Number of trials.")] = None,
    steps: options.StepsOption = None,
    time_budget: Annotated[str | None, typer.Option(help="Stop cleanly in time, such as 30m or 8h.")] = None,
    space: Annotated[Path | None, typer.Option(help="Search space; default: weight_ratios.yaml.")] = None,
    direction: Annotated[
        str | None, typer.Option(help="usps_to_mnist, mnist_to_usps, or both (default): their mean.")
    ] = None,
    select_by: Annotated[
        str | None,
        typer.Option(help="Metric to maximise; default: target_accuracy, or infomax where a domain has no labels."),
    ] = None,
    data_dir: options.DataDirOption = None,
    bundled: options.BundledOption = False,
    name: Annotated[str | None, typer.Option(help="Name of the results folder.")] = None,
    results_dir: options.ResultsDirOption = Path("results"),
    resume: Annotated[bool, typer.Option("--resume", help="Go on with the search called --name.")] = False,
    seed: options.SeedOption = None,
    simulate_gpus: Annotated[int | None, typer.Option(help="Place trials as on so many GPUs, without any.")] = None,
) -> int:
    """Search loss weights: trials side by side, poor ones stopped, the best one exported."""
    if resume and name is None:
        raise InputError("--resume needs the --name of the search to go on with")
    if simulate_gpus is not None and simulate_gpus < 1:
        raise InputError(f"--simulate-gpus {simulate_gpus} must be at least 1; raise it or leave it out")
    folder = ResultsFolder.named(results_dir, name or f"search-{datetime.now():%Y%m%d-%H%M%S}")
    asked = {
        "preset": preset,
        "trials": trials,
        "steps": steps,
        "space": space,
        "direction": direction,
        "select_by": select_by,
        "seed": seed,
    }
    if resume:
        recorded = ResultsFolder.existing(folder.path).read_search()
        begun = SearchConfig.parse(recorded["search"], str(folder.search_file))
        config = _config(asked, data_dir, bundled, begun)
        begun.refuse_difference(config, str(folder.path))
        data_dir = data_dir or Path(recorded["data_dir"])
    else:
        config = _config(asked, data_dir, bundled, None)

    from lstnet_search.tuning import run  # imports Ray and takes seconds: not before the checks

    return run.search(
        config,
        run.Run(
            folder=folder,
            resume=resume,
            cpus=cpus,
            gpus=gpus,
            simulated_gpus=simulate_gpus,
            time_budget=options.parse_duration(time_budget),
            data_dir=data_dir or options.DEFAULT_DATA_DIR,
            command=options.command_line(),
        ),
        options.console(),
    )


def _config(asked: dict[str, Any], data_dir: Path | None, bundled: bool, begun: SearchConfig | None) -> SearchConfig:
    """What is asked for; where nothing is, what the search was begun with, or the preset has."""
    name = asked["preset"] or (begun.preset if begun else options.default_preset())
    preset = PRESETS[name]
    trial = begun.trial if begun and begun.preset == name else preset.trial
    changes: dict[str, Any] = {} if asked["steps"] is None else {"steps": asked["steps"]}
    if data_dir is not None or bundled or begun is None:
        changes |= options.data_settings(data_dir, bundled, preset.trial.data)
    if asked["space"] is not None:
        space_file, space = str(asked["space"]), Space.read(asked["space"])
    elif begun is not None:
        space_file, space = begun.space_file, begun.space
    else:
        space_file, space = str(DEFAULT_SPACE), Space.read(DEFAULT_SPACE)
    seed = _first(asked["seed"], begun.seed if begun else None, 0)
    changes |= space.fixed | {"seed": seed}
    return SearchConfig.parse(
        {
            "preset": name,
            "trial": trial.override(changes, "the options").model_dump(),
            "trials": _first(asked["trials"], begun.trials if begun else None, preset.trials),
            "space_file": space_file,
            "space": space,
            "direction": _first(asked["direction"], begun.direction if begun else None, "both"),
            "select_by": asked["select_by"] or (begun.select_by if begun else None),
            "seed": seed,
        },
        "the options",
    )


def _first(*values: Any) -> Any:
    return next(value for value in values if value is not None)

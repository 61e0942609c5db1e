"""The options that say what is searched, and how they become the settings of a search."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, cast, get_args

import typer

from lstnet_search.cli.app import ADVANCED
from lstnet_search.cli.options import common
from lstnet_search.cli.options.reading import DataOptions
from lstnet_search.cli.options.spaces import SHIPPED, find_space
from lstnet_search.config import METHODS, PresetName, Space
from lstnet_search.config.presets import METHOD_PRESETS, MethodName
from lstnet_search.config.search import POPULATION_SCHEDULERS, SamplerName, SchedulerName, SearchConfig
from lstnet_search.config.space.points import read_points
from lstnet_search.errors import InputError

DEFAULT_SPACES = {
    "lstnet": "weight_ratios.yaml",
    "unit": "unit.yaml",
    "cogan": "cogan.yaml",
    "deepjdot": "deepjdot.yaml",
}


@dataclass(frozen=True)
class SearchOptions(DataOptions):
    """What is searched. An option that is not given takes its value from the resumed search, else from the preset."""

    preset: common.PresetOption = None
    trials: Annotated[int | None, typer.Option(metavar="N", help="Number of trials. Default: the preset's.")] = None
    steps: common.StepsOption = None
    space: Annotated[
        Path | None,
        typer.Option(
            metavar="SPACE",
            help="Search space: a YAML file, or the name of a shipped one, such as weights. Default: weight_ratios, or "
            "the method's own.",
        ),
    ] = None
    method: common.MethodOption = None
    direction: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="usps_to_mnist or mnist_to_usps (named after the domains); both: their mean; pareto: both as two "
            "objectives. Default: both.",
        ),
    ] = None
    seed: common.SeedOption = None
    sampler: Annotated[
        SamplerName | None,
        typer.Option(
            metavar="NAME",
            help=f"What proposes settings: {', '.join(get_args(SamplerName))}. gp and nsga2 learn from complete trials "
            "only. Default: tpe.",
            rich_help_panel=ADVANCED,
        ),
    ] = None
    scheduler: Annotated[
        SchedulerName | None,
        typer.Option(
            metavar="NAME",
            help=f"What stops poor trials: {', '.join(get_args(SchedulerName))}. pbt and pb2 change the weights of "
            "running trials. Trial 0 is exempt. Default: asha.",
            rich_help_panel=ADVANCED,
        ),
    ] = None
    select_by: Annotated[
        str | None,
        typer.Option(
            metavar="METRIC",
            help="Metric to maximise. Default: target_accuracy, or infomax if a domain has no labels.",
            rich_help_panel=ADVANCED,
        ),
    ] = None
    seeds: common.SeedsOption = None
    repeats: common.RepeatsOption = None
    warm_start: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER",
            help="Study whose complete trials the sampler learns from.",
            rich_help_panel=ADVANCED,
        ),
    ] = None
    points: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="YAML list of settings to try first, after trial 0.", rich_help_panel=ADVANCED
        ),
    ] = None
    deterministic: Annotated[
        bool,
        typer.Option(
            "--deterministic",
            help="The same seed gives the same tables, however many trials run at once. Slower.",
            rich_help_panel=ADVANCED,
        ),
    ] = False


def search_config(
    asked: SearchOptions, resumed: SearchConfig | None = None, address: str | None = None, gpus: int | None = None
) -> SearchConfig:
    """The settings that the options ask for. All others come from the resumed search, or else from the preset.

    Args:
        asked: The options.
        resumed: The search that is resumed, if any.
        address: The cluster to join. The default preset depends on whether it has GPUs.
        gpus: The most GPUs to use. With 0 the default preset is `cpu`.

    Raises:
        InputError: if options contradict each other.
    """

    def asked_or_resumed(name: str, default: Any) -> Any:
        values = (getattr(asked, name), getattr(resumed, name, None))
        return next((value for value in values if value is not None), default)

    common.refuse_repeats(asked.repeats)
    if resumed and asked.method not in (None, resumed.trial.method):
        raise InputError(
            f"--method {asked.method}: the search trains {resumed.trial.method}; leave --method out, or start a new "
            "search under another --name"
        )
    method = asked.method or (cast(MethodName, resumed.trial.method) if resumed else "lstnet")
    settings = METHODS[method]
    preset_name: PresetName = asked_or_resumed("preset", None) or _default_preset(address, gpus)
    preset = METHOD_PRESETS[method][preset_name]
    trial = resumed.trial if resumed and resumed.preset == preset_name else preset.trial
    space_file, space = _space(asked.space, resumed, method)
    seed = asked_or_resumed("seed", 0)

    changes = asked.domain_settings(trial.domains)
    if asked.steps is not None:
        changes["steps"] = asked.steps
    if asked.data_dir is not None or asked.bundled or resumed is None:
        otherwise = common.default_data(changes.get("domains", trial.domains), preset.trial.data)
        changes |= common.data_settings(asked.data_dir, asked.bundled, otherwise)
    # Weights that the space fixes are left out, because trial 0 has the paper's weights.
    changes |= {name: value for name, value in space.fixed.items() if name not in settings.weight_names}
    changes["seed"] = seed

    deterministic = asked.deterministic or (resumed is not None and resumed.deterministic)
    default_scheduler = "none" if deterministic else "asha"
    if resumed and resumed.deterministic != deterministic:  # refused below, in a message that names this option
        scheduler = asked.scheduler or default_scheduler
    else:
        scheduler = asked_or_resumed("scheduler", default_scheduler)
    if scheduler in POPULATION_SCHEDULERS and asked.sampler is not None:
        raise InputError(
            f"--scheduler {scheduler} does not go with --sampler {asked.sampler}: a population draws its settings "
            "itself; leave --sampler out"
        )
    points = read_points(asked.points, settings) if asked.points else resumed.points if resumed else ()
    races = space.dimensions > 0 and scheduler not in POPULATION_SCHEDULERS
    trials = asked_or_resumed("trials", preset.trials if space.dimensions else None)
    seeds = asked_or_resumed("seeds", min(preset.seeds, trials) if races else 1)
    return SearchConfig.parse(
        {
            "preset": preset_name,
            "trial": trial.override(changes, "the options").model_dump(),
            "trials": (1 + len(points)) * seeds if trials is None else trials,
            "seeds": seeds,
            "space_file": space_file,
            "space": space,
            "direction": asked_or_resumed("direction", "both"),
            "sampler": asked_or_resumed("sampler", "random" if scheduler in POPULATION_SCHEDULERS else "tpe"),
            "scheduler": scheduler,
            "points": points,
            "warm_start": str(asked.warm_start) if asked.warm_start else resumed.warm_start if resumed else None,
            "select_by": asked_or_resumed("select_by", None),
            "seed": seed,
            "deterministic": deterministic,
        },
        "the options",
    )


def _space(asked: Path | None, resumed: SearchConfig | None, method: MethodName) -> tuple[str, Space]:
    """The name of the space as messages show it, and the space."""
    if asked is not None:
        return str(asked), Space.read(find_space(asked), METHODS[method])
    if resumed is not None:
        return resumed.space_file, resumed.space
    if method not in DEFAULT_SPACES:
        return "no space", Space()
    name = DEFAULT_SPACES[method]
    return name, Space.read(SHIPPED / name, METHODS[method])


def _default_preset(address: str | None, gpus: int | None) -> PresetName:
    """`paper` if the cluster to join (or this machine, without one) has a GPU that may be used, else `cpu`."""
    if gpus == 0:
        return "cpu"
    if address is None and "RAY_ADDRESS" not in os.environ:
        return common.default_preset()
    from lstnet_search.tuning.cluster.cluster import address_of, gpus_of

    joined = address_of(address)
    return common.default_preset() if joined is None else "paper" if gpus_of(joined) else "cpu"

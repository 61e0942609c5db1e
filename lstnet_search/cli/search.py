"""`search`: the main job."""

import os
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from lstnet_search.cli import options
from lstnet_search.config import METHODS, PresetName, Space
from lstnet_search.config.presets import METHOD_PRESETS, MethodName
from lstnet_search.config.search import POPULATION_SCHEDULERS, SamplerName, SchedulerName, SearchConfig, TrackerName
from lstnet_search.config.space.points import read_points
from lstnet_search.errors import InputError
from lstnet_search.results.folder.folder import ResultsFolder
from lstnet_search.results.folder.mirror import fetch, recorded_search
from lstnet_search.results.folder.storage import Storage, written

SPACES = Path(__file__).parents[2] / "search_spaces"
DEFAULT_SPACES = {
    "lstnet": "weight_ratios.yaml",
    "unit": "unit.yaml",
    "cogan": "cogan.yaml",
    "deepjdot": "deepjdot.yaml",
}

_ASKED = (
    *("preset", "trials", "steps", "repeats", "space", "direction", "sampler", "scheduler", "points", "warm_start"),
    *("select_by", "seed", "deterministic"),
)


def search(
    gpus: Annotated[int | None, typer.Option(help="GPUs to use; default: all.")] = None,
    cpus: Annotated[int | None, typer.Option(help="CPUs to use; default: all.")] = None,
    method: options.MethodOption = None,
    preset: options.PresetOption = None,
    trials: Annotated[int | None, typer.Option(help="Number of trials.")] = None,
    steps: options.StepsOption = None,
    repeats: options.RepeatsOption = None,
    time_budget: Annotated[str | None, typer.Option(help="Stop cleanly in time, such as 30m or 8h.")] = None,
    trial_timeout: options.TrialTimeoutOption = None,
    space: Annotated[
        Path | None, typer.Option(help="Search space; default: weight_ratios.yaml, or the method's own.")
    ] = None,
    direction: Annotated[
        str | None,
        typer.Option(
            help="usps_to_mnist, mnist_to_usps, with other domains their names, both (default): their mean, or "
            "pareto: both, weighed at the end."
        ),
    ] = None,
    sampler: Annotated[
        SamplerName | None,
        typer.Option(help="Who proposes weights; gp and nsga2 learn from whole trainings only. Default: tpe."),
    ] = None,
    scheduler: Annotated[
        SchedulerName | None,
        typer.Option(help="Who stops poor trials, or changes their weights (pbt, pb2), never trial 0. Default: asha."),
    ] = None,
    select_by: Annotated[
        str | None,
        typer.Option(help="Metric to maximise; default: target_accuracy, or infomax where a domain has no labels."),
    ] = None,
    domains: options.DomainsOption = None,
    skip_bad: options.SkipBadOption = False,
    data_dir: options.DataDirOption = None,
    bundled: options.BundledOption = False,
    name: Annotated[str | None, typer.Option(help="Name of the results folder.")] = None,
    results_dir: options.ResultsDirOption = Path("results"),
    resume: Annotated[
        bool,
        typer.Option(
            "--resume",
            help="Go on with the search called --name. Its folder is trusted to say where images are read and "
            "checkpoints written; nothing that Ray pickled is read.",
        ),
    ] = False,
    add_trials: Annotated[int | None, typer.Option(help="With --resume: enlarge the search by so many trials.")] = None,
    warm_start: Annotated[
        Path | None, typer.Option(help="Results folder whose completed trials the sampler is to know.")
    ] = None,
    points: Annotated[Path | None, typer.Option(help="YAML list of settings to try first, after trial 0.")] = None,
    seed: options.SeedOption = None,
    deterministic: Annotated[
        bool,
        typer.Option("--deterministic", help="Same seed, same tables, however many trials run at once; slower."),
    ] = False,
    log: Annotated[
        list[TrackerName] | None, typer.Option(help="Write reports there too; may be given more than once.")
    ] = None,
    address: options.AddressOption = None,
    storage: options.StorageOption = None,
    max_concurrent: options.MaxConcurrentOption = None,
    gpus_per_trial: options.GpusPerTrialOption = None,
    simulate_gpus: Annotated[int | None, typer.Option(help="Place trials as on so many GPUs, without any.")] = None,
) -> int:
    """Search loss weights: trials side by side, poor ones stopped, the best one exported."""
    if resume and name is None:
        raise InputError("--resume needs the --name of the search to go on with")
    if add_trials is not None:
        _check_add_trials(add_trials, resume, trials)
    options.check_simulated(simulate_gpus)
    per_gpu = options.parse_gpus_per_trial(gpus_per_trial)
    storage = None if storage is None else written(storage)
    folder = ResultsFolder.named(results_dir, name or f"search-{datetime.now():%Y%m%d-%H%M%S}")
    mirror = None
    if resume and storage is not None and not folder.search_file.exists():
        mirror = Storage.at(storage, folder.path.name)
    recorded, begun = {}, None
    if resume:
        recorded = recorded_search(folder, mirror) if mirror else ResultsFolder.existing(folder.path).read_search()
        begun = SearchConfig.parse(recorded["search"], str(folder.search_file)).enlarged(add_trials)
    trained = method or (begun.trial.method if begun else "lstnet")
    asked = {
        "method": trained,
        "preset": preset,
        "trials": trials,
        "steps": steps,
        "repeats": repeats,
        "space": space,
        "direction": direction,
        "sampler": sampler,
        "scheduler": scheduler,
        "points": None if points is None else read_points(points, METHODS[trained]),
        "warm_start": None if warm_start is None else str(warm_start),
        "select_by": select_by,
        "seed": seed,
        "deterministic": deterministic or None,
        "domains": options.domain_settings(domains, skip_bad),
    }
    config = search_config(asked, data_dir, bundled, begun, address, gpus)
    if begun is not None:
        if add_trials is not None and begun.scheduler in POPULATION_SCHEDULERS:
            raise InputError(
                f"--add-trials: the trials of --scheduler {begun.scheduler} learn from each other from the start; "
                "begin a larger search under another --name"
            )
        begun.refuse_difference(config, str(folder.path))
        data_dir = data_dir or Path(recorded["data_dir"])
        storage = _same_storage(storage, recorded.get("storage"), folder.path)
        if mirror is not None:
            fetch(mirror, folder)

    from lstnet_search.tuning import execution  # imports Ray and takes seconds: not before the checks
    from lstnet_search.tuning import search as run

    return run.search(
        config,
        execution.Run(
            folder=folder,
            resume=resume,
            cpus=cpus,
            gpus=gpus,
            max_concurrent=max_concurrent,
            per_gpu=per_gpu,
            address=address,
            storage=storage,
            simulated_gpus=simulate_gpus,
            time_budget=options.parse_duration("--time-budget", time_budget),
            trial_timeout=options.parse_duration("--trial-timeout", trial_timeout),
            data_dir=data_dir or options.DEFAULT_DATA_DIR,
            command=options.command_line(),
            log=tuple(log or ()),
        ),
        options.console(),
    )


def _same_storage(asked: str | None, begun: str | None, folder: Path) -> str | None:
    """Where a search was begun to keep its checkpoints; there they are."""
    if asked is not None and asked != begun:
        was = f"with --storage {begun}" if begun else "without --storage"
        raise InputError(f"{folder} was begun {was}, and is asked to go on with {asked}; leave it out to go on")
    return begun


def _check_add_trials(add_trials: int, resume: bool, trials: int | None) -> None:
    if not resume:
        raise InputError("--add-trials enlarges a search that was begun; give its --name and --resume, or use --trials")
    if trials is not None:
        raise InputError("--trials and --add-trials exclude each other; give one of them")
    if add_trials < 1:
        raise InputError(f"--add-trials {add_trials} must be at least 1; raise it or leave it out")


def search_config(
    asked: dict[str, Any],
    data_dir: Path | None,
    bundled: bool,
    begun: SearchConfig | None = None,
    address: str | None = None,
    gpus: int | None = None,
) -> SearchConfig:
    """What is asked for; where nothing is, what the search was begun with, or the preset has.

    Args:
        asked: of the options, by name; what is left out, or None, is not asked for.
        data_dir: of full data.
        bundled: whether the bundled images are asked for.
        begun: the search that is gone on with.
        address: of the cluster to join, whose GPUs name the preset.
        gpus: to use at most; with none the preset is `cpu`.

    Raises:
        InputError: if anything does not go together.
    """
    asked = dict.fromkeys(_ASKED) | {"domains": {}} | asked
    name = asked["preset"] or (begun.preset if begun else _default_preset(address, gpus))
    method: MethodName = asked["method"]
    preset, of = METHOD_PRESETS[method][name], METHODS[method]
    trial = begun.trial if begun and begun.preset == name else preset.trial
    changes: dict[str, Any] = asked["domains"] | ({} if asked["steps"] is None else {"steps": asked["steps"]})
    if data_dir is not None or bundled or begun is None:
        otherwise = options.default_data(changes.get("domains", trial.domains), preset.trial.data)
        changes |= options.data_settings(data_dir, bundled, otherwise)
    if asked["space"] is not None:
        space_file, space = str(asked["space"]), Space.read(asked["space"], of)
    elif begun is not None:
        space_file, space = begun.space_file, begun.space
    else:
        space_file, space = _default_space(method)
    deterministic = _first(asked["deterministic"], begun.deterministic if begun else None, False)
    own_scheduler = "none" if deterministic else "asha"
    same = begun is not None and begun.deterministic == deterministic  # else it is refused for that
    scheduler = _first(asked["scheduler"], begun.scheduler if begun and same else None, own_scheduler)
    if scheduler in POPULATION_SCHEDULERS and asked["sampler"] is not None:
        raise InputError(
            f"--scheduler {scheduler} does not go with --sampler {asked['sampler']}: a population draws for itself; "
            "leave --sampler out"
        )
    own_sampler = "random" if scheduler in POPULATION_SCHEDULERS else "tpe"
    seed = _first(asked["seed"], begun.seed if begun else None, 0)
    # Not the weights: trial 0 has the paper's.
    changes |= {name: value for name, value in space.fixed.items() if name not in of.weight_names} | {"seed": seed}
    return SearchConfig.parse(
        {
            "preset": name,
            "trial": trial.override(changes, "the options").model_dump(),
            "trials": _first(asked["trials"], begun.trials if begun else None, preset.trials),
            "repeats": _first(asked["repeats"], begun.repeats if begun else None, 1),
            "space_file": space_file,
            "space": space,
            "direction": _first(asked["direction"], begun.direction if begun else None, "both"),
            "sampler": _first(asked["sampler"], begun.sampler if begun else None, own_sampler),
            "scheduler": scheduler,
            "points": _first(asked["points"], begun.points if begun else None, ()),
            "warm_start": asked["warm_start"] or (begun.warm_start if begun else None),
            "select_by": asked["select_by"] or (begun.select_by if begun else None),
            "seed": seed,
            "deterministic": deterministic,
        },
        "the options",
    )


def _default_space(method: MethodName) -> tuple[str, Space]:
    if method not in DEFAULT_SPACES:
        return "no space", Space()
    file = SPACES / DEFAULT_SPACES[method]
    return str(file), Space.read(file, METHODS[method])


def _default_preset(address: str | None, gpus: int | None) -> PresetName:
    """`paper` where the cluster that is joined, or else this machine, has a GPU that may be used."""
    if gpus == 0:
        return "cpu"
    if address is None and "RAY_ADDRESS" not in os.environ:
        return options.default_preset()
    from lstnet_search.tuning.cluster.cluster import address_of, gpus_of  # imports Ray and takes seconds

    joined = address_of(address)
    return options.default_preset() if joined is None else "paper" if gpus_of(joined) else "cpu"


def _first(*values: Any) -> Any:
    return next(value for value in values if value is not None)

"""Trials of another search that a new search's sampler learns from."""

from contextlib import suppress
from pathlib import Path

from optuna.trial import FrozenTrial, TrialState, create_trial

from lstnet_search.config import TrialConfig
from lstnet_search.config.metrics import TARGET
from lstnet_search.config.search import SearchConfig
from lstnet_search.errors import InputError
from lstnet_search.results.folder.folder import ResultsFolder
from lstnet_search.tuning.study.objectives import objectives
from lstnet_search.tuning.study.study import OTHER_SEARCH, ReadOnlyStudy, distribution


def warm_start_trials(search: SearchConfig, folder: ResultsFolder, resume: bool) -> list[FrozenTrial]:
    """Trials of another search that a search begins with; none if it has begun, because its study has them already.

    Raises:
        InputError: as `completed_trials`.
    """
    begun = resume and folder.study_file.is_file() and ReadOnlyStudy(folder.study_file)
    if search.warm_start is None or (begun and begun.trials()):
        return []
    return completed_trials(ResultsFolder.existing(Path(search.warm_start)), search)


def completed_trials(folder: ResultsFolder, search: SearchConfig) -> list[FrozenTrial]:
    """Completed trials of another search that lie in this search's space, as draws from this space.

    Settings that this space does not decide, such as the number of steps, may differ. If this search leaves its metric
    open, the other search's metric is taken.

    Raises:
        InputError: if the other search maximises something else, or has no such trial.
    """
    other = folder.read_search().config
    metric = other.select_by or TARGET
    for name, ours, theirs in (
        ("direction", search.direction, other.direction),
        ("select_by", search.select_by or metric, metric),
        ("method", search.trial.method, other.trial.method),
        ("domains", search.trial.domains, other.trial.domains),
    ):
        if ours != theirs:
            raise InputError(
                f"{folder.path} was searched with {name} {theirs}, this search has {ours}: scores cannot be compared; "
                f"give the same {name}, or leave --warm-start out"
            )
    found = []
    for record in ReadOnlyStudy(folder.study_file).records() if folder.study_file.is_file() else []:
        best = record.best(metric)
        # After an exploit, a score comes from several sets of weights.
        if record.state != "COMPLETE" or best is None or record.exploits:
            continue
        where = f"trial {record.number} of {folder.path}"
        with suppress(InputError):  # outside the space
            drawn = search.draw_of(TrialConfig.parse(record.settings, where), search.space.names, where)
            found.append(
                create_trial(
                    state=TrialState.COMPLETE,
                    values=[best.metrics[name] for name in objectives(search, metric)],
                    params=drawn,
                    distributions={name: distribution(search.space.parameters[name]) for name in drawn},
                    user_attrs={OTHER_SEARCH: where},
                )
            )
    if not found:
        raise InputError(
            f"{folder.path} has no completed trial in the space of {search.space_file}; "
            "give another folder, a wider space, or leave --warm-start out"
        )
    return found

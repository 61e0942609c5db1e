"""What another search found, for a sampler that begins where it ended."""

from contextlib import suppress
from pathlib import Path

from optuna.trial import FrozenTrial, TrialState, create_trial

from lstnet_search.config import TrialConfig
from lstnet_search.config.metrics import TARGET
from lstnet_search.config.search import SearchConfig
from lstnet_search.errors import InputError
from lstnet_search.results.folder.folder import ResultsFolder
from lstnet_search.tuning.study.objectives import objectives
from lstnet_search.tuning.study.study import OTHER, StudyToRead, distribution


def trials_to_know(search: SearchConfig, folder: ResultsFolder, resume: bool) -> list[FrozenTrial]:
    """Trials of another search that a search is to begin with; none where it has begun, for its study has them.

    Raises:
        InputError: as `completed_trials`.
    """
    begun = resume and folder.study_file.is_file() and StudyToRead(folder.study_file)
    if search.warm_start is None or (begun and begun.trials()):
        return []
    return completed_trials(ResultsFolder.existing(Path(search.warm_start)), search)


def completed_trials(folder: ResultsFolder, search: SearchConfig) -> list[FrozenTrial]:
    """Completed trials of another search that lie in the space of this one, as draws of this one.

    Settings that this space does not decide, such as the number of steps, may differ. A search that
    leaves its metric open is taken to be by theirs.

    Raises:
        InputError: if the other maximises something else, or there is no such trial.
    """
    theirs = SearchConfig.parse(folder.read_search()["search"], str(folder.search_file))
    metric = theirs.select_by or TARGET
    for name, value, other in (
        ("direction", search.direction, theirs.direction),
        ("select_by", search.select_by or metric, metric),
        ("method", search.trial.method, theirs.trial.method),
        ("domains", search.trial.domains, theirs.trial.domains),
    ):
        if value != other:
            raise InputError(
                f"{folder.path} was searched with {name} {other}, this is with {value}: scores cannot be compared; "
                f"give the same, or leave --warm-start out"
            )
    found = []
    for record in StudyToRead(folder.study_file).records() if folder.study_file.is_file() else []:
        best = record.best(metric)
        if record.state != "COMPLETE" or best is None or record.exploits:  # no weights of its own made its score
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
                    user_attrs={OTHER: where},
                )
            )
    if not found:
        raise InputError(
            f"{folder.path} has no completed trial in the space of {search.space_file}; "
            "give another folder, a wider space, or leave --warm-start out"
        )
    return found

"""The search that retrains a winner without some terms of its objective."""

from lstnet_search.config.search import SearchConfig
from lstnet_search.config.space.space import Space
from lstnet_search.config.trial import TrialConfig
from lstnet_search.errors import InputError

ABLATIONS: tuple[dict[str, float], ...] = ({"wl": 0.0}, {"w5": 0.0, "w6": 0.0}, {"w1": 0.0, "w2": 0.0})
"""Groups of terms of Eq. 1 to leave out: the latent discriminator, the full cycles, the image discriminators."""


def ablation(winner: TrialConfig, search: SearchConfig, name: str, seeds: int | None = None) -> SearchConfig:
    """A search whose trials are fixed points: the winner, then the winner without each group of terms that it has.

    Args:
        winner: settings of the best trial.
        search: the search that found it.
        name: the name of that search.
        seeds: number of seeds to train each point with, or None for the search's number.

    Raises:
        InputError: if the winner is not LSTNet, or its weights change during training.
    """
    if winner.method != "lstnet":
        raise InputError(
            f"{name} searched {winner.method}, but only LSTNet's Eq. 1 can be ablated; give a search of lstnet"
        )
    if winner.schedule:
        raise InputError(
            f"the winner of {name} has a schedule of weights, which would bring back a term that is left out; "
            "ablate a search with another --scheduler"
        )
    trial = winner.override({"seed": search.seed}, "the ablation")  # trials get seeds derived from the search's
    points = tuple(point for point in ABLATIONS if any(getattr(winner, weight) for weight in point))
    seeds = search.seeds if seeds is None else seeds
    return SearchConfig(
        preset=search.preset,
        trial=trial,
        points=points,
        trials=(1 + len(points)) * seeds,
        seeds=seeds,
        space_file=f"the ablation of {name}",
        space=Space(),
        direction="both" if search.direction == "pareto" else search.direction,
        select_by=search.select_by,
        scheduler="none",
        seed=search.seed,
    )

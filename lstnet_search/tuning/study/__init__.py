"""The Optuna study of a search: its journal, sampler and searcher. What Ray runs is in `tuning.trials`."""

__all__ = [
    "dashboard",
    "journal",
    "objectives",
    "packed_metrics",
    "rounds",
    "samplers",
    "searcher",
    "study",
    "warm_start",
]

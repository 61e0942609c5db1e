"""The Optuna study of a search: its journal, samplers and searchers. What Ray runs is in `tuning.trials`."""

__all__ = [
    "dashboard",
    "journal",
    "objectives",
    "packed_metrics",
    "reports",
    "rounds",
    "samplers",
    "searcher",
    "shown_study",
    "study",
    "warm_start",
]

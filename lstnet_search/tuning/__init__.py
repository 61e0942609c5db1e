"""Searches, confirmations and Table 2 on Ray Tune and Optuna. Ray is imported nowhere else."""

__all__ = ["classifiers", "confirmation", "execution", "finish", "run", "search", "stop_request", "table2", "tuner"]

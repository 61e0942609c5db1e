"""The one place that touches private names of Ray and Optuna, each with the version it was seen with.

`tests/tuning/ray_patches/test_private_names.py` fails when a name is gone, or is used elsewhere.
"""

__all__ = [
    "asha_rungs",
    "bounded_tpe",
    "join_cluster",
    "journal_lock",
    "keep_last_checkpoints",
    "kill_actor",
    "median_rule",
    "no_snapshots",
    "optuna_trials",
    "population",
    "survive_oom_kill",
    "tensorboard",
    "trial_results",
]

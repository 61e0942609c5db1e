"""The only modules that use private names of Ray and Optuna. Each states the version that has these names.

`tests/tuning/ray_patches/test_private_names.py` fails when a name has disappeared, or is used elsewhere.
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

"""The one place that touches private names of Ray and Optuna."""

__all__ = ["keep_last_checkpoints", "kill_actor", "no_snapshots", "survive_oom_kill"]

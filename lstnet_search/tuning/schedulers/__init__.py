"""Trial schedulers: which trial stops early, is retried, or changes its weights."""

__all__ = ["asha", "median", "population", "protect_trial_0", "retry_on_oom"]

"""Why a trial or a write failed, and whether to try again."""

__all__ = ["storage_errors", "storage_retry", "trial_failure"]

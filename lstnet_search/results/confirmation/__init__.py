"""A confirmation's plan, files, statistics and verdict. The trainings are in `tuning.confirmation`."""

__all__ = ["files", "paired_tests", "plan", "record", "test_log", "verdict"]

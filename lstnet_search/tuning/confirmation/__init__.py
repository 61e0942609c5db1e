"""The trainings of a confirmation, and the opening of the test sets. Its statistics are in `results.confirmation`."""

__all__ = ["confirm", "display", "test_sets"]

"""Results of searches: the results folder, studies, confirmations, and what is exported from them."""

__all__ = ["analysis", "confirmation", "export", "folder", "formatting", "study", "table2"]

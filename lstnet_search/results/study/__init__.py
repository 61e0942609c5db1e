"""What the trials of a study say: records, lineage, ranking, Pareto front. Files are in `results.folder`."""

__all__ = ["lineage", "pareto", "ranking", "records"]

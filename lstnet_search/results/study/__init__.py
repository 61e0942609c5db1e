"""The trials of a study: records, lineage, ranking, Pareto front. Files are in `results.folder`."""

__all__ = ["lineage", "pareto", "ranking", "records"]

"""What a study"s trials say: records, lineage, ranking, Pareto front. Files are in `results.folder`."""

__all__ = ["lineage", "pareto", "ranking", "records"]

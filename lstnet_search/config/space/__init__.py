"""Search spaces: ranges, ties, ratios, conditions and their YAML files. Sampling is in `tuning.study`."""

__all__ = ["conditions", "describe", "mutation", "parse", "points", "ranges", "setting", "simplex", "space"]

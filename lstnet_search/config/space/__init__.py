"""Search spaces: ranges, ties, conditions and their YAML files. Sampling is in `tuning.study`."""

__all__ = ["conditions", "describe", "mutation", "parse", "points", "ranges", "setting", "simplex", "space"]

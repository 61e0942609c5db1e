"""Figures over several trials: weight ratios, regret, the literature. Pages are in `lstnet_search.analysis`."""

__all__ = ["literature", "regret", "weight_ratios"]

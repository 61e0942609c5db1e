"""Faults that a search is to survive: what they are, how they strike, and what is to be true afterwards."""

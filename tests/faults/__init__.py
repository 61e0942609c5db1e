"""Faults that a search must survive: what they are, how they are injected, and what must hold afterwards."""

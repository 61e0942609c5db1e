"""A results folder: its files, lock, mirror and status. What is exported is in `results.export`."""

__all__ = ["folder", "mirror", "provenance", "search_record", "status", "storage", "studies", "tables"]

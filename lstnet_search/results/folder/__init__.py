"""A results folder: its files, lock, mirror and status. Exports from it are in `results.export`."""

__all__ = ["folder", "mirror", "provenance", "search_record", "status", "storage", "studies", "tables", "yaml_record"]

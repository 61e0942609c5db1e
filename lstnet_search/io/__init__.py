"""Atomic writes, safe reads, YAML, secrets in text, the console. Knows nothing of images, networks or searches."""

__all__ = ["atomic", "cache_dir", "console", "parquet_limits", "program", "safe_read", "secrets", "versions", "yaml"]

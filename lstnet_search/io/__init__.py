"""Files: atomic writes, safe reads, YAML, secrets in text. Knows nothing of images, networks or searches."""

__all__ = ["atomic", "parquet_limits", "safe_read", "secrets", "versions", "yaml"]

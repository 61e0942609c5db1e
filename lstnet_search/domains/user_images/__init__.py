"""A user's own images: decoding, caching and reading them. Their formats are in `domains.formats`."""

__all__ = ["decoding", "domain", "pixel_cache", "reader", "squares", "survey", "tally", "write_folder", "write_table"]

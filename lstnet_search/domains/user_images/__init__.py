"""A user's own images: listing, decoding, caching and reading them. Known data sets are in `domains.sets`."""

__all__ = ["decoding", "domain", "listing", "pixel_cache", "reader", "sources", "write_folder"]

"""Options that several commands share, how they are parsed, and which settings they become. Defines no commands."""

__all__ = ["common", "images", "moved_images", "reading", "resources", "search", "spaces"]

"""Options that several commands share, how they are parsed, and the settings that they become. No command is here."""

__all__ = ["common", "images", "moved_images", "reading", "resources", "search", "spaces"]

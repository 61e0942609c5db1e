"""What a search prints to the terminal."""

__all__ = ["points_table", "search_display"]

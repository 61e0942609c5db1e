"""What a search prints to the terminal. Results folders and reports are not here."""

__all__ = ["points_table", "search_display"]

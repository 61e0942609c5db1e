"""Every figure that Plotly draws, defined once: the report and the pages of single commands show the same ones."""

__all__ = ["comparison", "curves", "landscape", "plot", "trials"]

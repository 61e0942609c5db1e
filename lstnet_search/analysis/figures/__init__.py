"""All Plotly figures, each defined once: the report and the pages of single commands share them."""

__all__ = ["by_name", "comparison", "curves", "landscape", "plot", "trials"]

"""All Plotly figures, each defined once: the report and the pages of single commands share them."""

__all__ = ["comparison", "curves", "landscape", "plot", "trials"]

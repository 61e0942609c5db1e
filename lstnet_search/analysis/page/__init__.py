"""Self-contained HTML pages: their parts, sections and tables, the headline of a report, and the template."""

__all__ = ["headline", "parts", "pictures", "render", "reproduce", "sections", "summary", "tables"]

"""Tables, figures and pages of finished or running searches. Reads results folders, never trains."""

"""The results folder: tables, best config, model, pictures."""

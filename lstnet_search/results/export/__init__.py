"""Files for users: the best model, ONNX, predictions, translations, tables, pictures."""

__all__ = [
    "contact_sheet",
    "figures",
    "image_job",
    "model",
    "onnx",
    "pictures",
    "predictions",
    "tables",
    "translations",
    "winner",
]

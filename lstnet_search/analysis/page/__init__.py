"""The parts of `report.html`: what `analysis/report.py` puts together."""

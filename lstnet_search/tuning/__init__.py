"""Ray Tune and Optuna, and nothing of them elsewhere in the package."""

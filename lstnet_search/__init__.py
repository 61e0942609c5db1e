"""Search for the loss weights of LSTNet, an unsupervised image translation network."""

__version__ = "0.1.0"

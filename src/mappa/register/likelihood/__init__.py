"""What the model is fitted to, and the posterior density."""

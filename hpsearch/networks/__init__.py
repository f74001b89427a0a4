"""Networks: the named ones with their hyperparameters, and those that a user brings."""

"""The Optuna dashboard over the views, in a process of its own, for one owner at a time."""

"""A small sample that is to be learned by heart: the stage, an attempt, and what is found in it."""

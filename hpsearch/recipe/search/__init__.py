"""The coarse and the fine search: their stages, what is found in them, and where the next one looks."""

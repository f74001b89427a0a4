"""Which learning rates make the loss drop: the stage, the sweep, and what is found in it."""

"""What the network answers before it is trained: the stage, and what is found in it."""

"""The same search by several programs."""

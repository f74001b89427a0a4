"""How fast the service is, how much it needs, and whether its cost grows."""

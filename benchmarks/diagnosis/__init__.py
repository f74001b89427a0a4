"""Seeded faults and sound trainings, and what the rules on curves say about them."""

"""What the families are composed of."""

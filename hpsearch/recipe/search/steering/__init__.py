"""What the findings of a search change in its next round."""

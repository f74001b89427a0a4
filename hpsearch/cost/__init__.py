"""What a network costs, layer by layer, without training it."""

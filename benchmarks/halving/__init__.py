"""What halving saves of a search, and what it costs."""

"""Advice on a network before it is trained: rules with stable codes over facts that are gathered once."""

"""Checks of loaded data before anything is trained on them: rules with stable codes over facts gathered once."""

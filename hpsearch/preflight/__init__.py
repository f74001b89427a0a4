"""Checks of a study before anything runs."""

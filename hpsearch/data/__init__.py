"""Data sets: loading, checking, dividing and normalising images and targets."""

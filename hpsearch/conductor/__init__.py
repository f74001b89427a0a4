"""The conductor: for each stage of the recipe plan, run, judge; the only writer of results."""

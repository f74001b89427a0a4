"""Executors: they run cohorts, in this process or on Ray Tune. The only room that knows Ray."""

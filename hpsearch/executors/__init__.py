"""Executors: they run cohorts, in this process, in forked ones, or on Ray Tune. The only room that knows Ray."""

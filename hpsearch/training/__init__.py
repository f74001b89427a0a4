"""Trains cohorts of jobs. Knows torch, data and networks only: no Ray, no database, no service."""

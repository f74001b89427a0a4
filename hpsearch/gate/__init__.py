"""The gate: checks a definition in this process within seconds, for a terminal or a CI job."""

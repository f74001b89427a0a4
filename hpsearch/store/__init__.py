"""The store: studies, stages and trials in Postgres, the only truth."""

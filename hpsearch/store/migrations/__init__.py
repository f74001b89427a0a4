"""What made the schema, step by step; ``hpsearch.store.schema`` runs what a database lacks."""

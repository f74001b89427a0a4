"""What the records of a trial, or of a stage, say about its training: pure rules with stable codes."""

"""The command line: one file a command; results on standard output, progress and messages on standard error."""

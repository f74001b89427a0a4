"""Rules on what the recorded curves of a trial say, and on its classes: HC1 and HC2."""

"""Rules on what looks inside the network of a trial saw: HC3."""

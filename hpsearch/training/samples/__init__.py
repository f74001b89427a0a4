"""Where the samples of a trial lie, how they come to the device, and in which order."""

"""Published detectors of training faults, at their documented thresholds, on the trainings of the catalogue."""

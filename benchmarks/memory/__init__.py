"""How far the predicted memory of training is from the measured one; ``python -m benchmarks.memory``."""

"""What fits into a given memory: the largest batch, and how many trials at once."""

from dataclasses import replace

from torch import nn

from hpsearch.cost.memory import Step, TrainingMemory, training_memory
from hpsearch.cost.workspace import CONTEXT_BYTES

LEAST_BATCH = 2
"""Of one sample, batch normalisation has no variance."""
MOST_BATCH = 2**16


def largest_batch(
    network: nn.Module, input_shape: tuple[int, int, int], outputs: int, memory_bytes: int, step: Step
) -> int:
    """The most samples of ``input_shape`` (C, H, W) whose iteration takes at most ``memory_bytes``, up to 65,536.

    ``step.batch_size`` does not matter. 0 if not even two samples fit. Memory grows with the batch almost on a
    straight line, so a few predictions find the exact place.
    """

    def taken(size: int) -> int:
        return training_memory(network, input_shape, outputs, replace(step, batch_size=size)).peak_bytes

    low, high = LEAST_BATCH, MOST_BATCH + 1
    low_bytes, high_bytes = taken(low), taken(MOST_BATCH)
    if low_bytes > memory_bytes:
        return 0
    if high_bytes <= memory_bytes:
        return MOST_BATCH
    while high - low > 1:
        guess = low + int((high - low) * (memory_bytes - low_bytes) / max(1, high_bytes - low_bytes))
        guess = min(high - 1, max(low + 1, guess))
        guess_bytes = taken(guess)
        if guess_bytes > memory_bytes:
            high, high_bytes = guess, guess_bytes
        elif taken(guess + 1) > memory_bytes:
            return guess
        else:
            low, low_bytes = guess, guess_bytes
    return low


def trials_per_gpu(memory: TrainingMemory, memory_bytes: int, data_bytes: int = 0) -> int:
    """How many trials, each in a process of its own with the data set of ``data_bytes``, share one GPU's memory."""
    return memory_bytes // trial_bytes(memory, data_bytes)


def trial_bytes(memory: TrainingMemory, data_bytes: int = 0) -> int:
    """What one trial takes of a GPU: training or evaluation, the data set, and the process itself."""
    return memory.peak_bytes + data_bytes + CONTEXT_BYTES

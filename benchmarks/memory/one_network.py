"""``python -m benchmarks.memory.one_network NAME SIDE BATCHES MOST_BYTES MAPS``: a line of JSON for each iteration.

A process of its own, whose memory is limited: what one network leaves behind does not count for the next, and a wrong
prediction ends this process instead of filling the machine.
"""

import json
import resource
import sys

import torch

from benchmarks.memory.measured import compare, predicted_bytes

PROCESS_BYTES = 4 * 2**30
"""Of addresses, for Python and PyTorch themselves."""


def main(name: str, side: int, batches: list[int], most_bytes: int, *, last: bool) -> None:
    """Measures one network; batches are halved until the largest is predicted to take at most ``most_bytes``."""
    resource.setrlimit(resource.RLIMIT_AS, (PROCESS_BYTES + 3 * most_bytes // 2,) * 2)
    torch.set_num_threads(1)
    shape = (3, side, side)
    while min(batches) > 1 and predicted_bytes(name, shape, max(batches)) > most_bytes:
        batches = [size // 2 for size in batches]
    for batch_size in batches:
        for optimizer in ("sgd", "adam"):
            run = compare(name, shape, batch_size, "sgd" if optimizer == "sgd" else "adam", last=last)
            print(json.dumps(run._asdict()), flush=True)


if __name__ == "__main__":
    main(
        sys.argv[1],
        int(sys.argv[2]),
        [int(size) for size in sys.argv[3].split(",")],
        int(sys.argv[4]),
        last=sys.argv[5] == "channels_last",
    )

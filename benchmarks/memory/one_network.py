"""``python -m benchmarks.memory.one_network NAME SIDE BATCHES MAPS MOST_BYTES``: a line of JSON for each iteration.

A process of its own, whose memory is limited: what one network leaves behind does not count for the next, and a wrong
prediction ends this process instead of filling the machine.
"""

import json
import resource
import sys

import torch

from benchmarks.memory.measured import compare
from hpsearch.optimization import OptimizerName

OPTIMIZERS: tuple[OptimizerName, ...] = ("sgd", "adam")


def main(name: str, side: int, batches: list[int], *, last: bool) -> None:
    """Measures one network."""
    torch.set_num_threads(1)
    for batch_size in batches:
        for optimizer in OPTIMIZERS:
            run = compare(name, (3, side, side), batch_size, optimizer, last=last)
            print(json.dumps(run._asdict()), flush=True)


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_AS, (int(sys.argv[5]),) * 2)
    main(
        sys.argv[1],
        int(sys.argv[2]),
        [int(size) for size in sys.argv[3].split(",")],
        last=sys.argv[4] == "channels_last",
    )

"""Which channels of the images a network does not read, tried in evaluation mode."""

from contextlib import suppress

from hpsearch.training.looks import tried
from hpsearch.training.looks.evaluated import undisturbed
from hpsearch.training.member import Training

SAMPLES = 24


def unseen_by(training: Training) -> tuple[int, ...]:
    """Channels that no output depends on, while they do on others; none where it cannot be tried. The network is
    afterwards as it was."""
    images, _ = training.arrays.batch(training.order.some(SAMPLES))
    with suppress(Exception), undisturbed(training.network):
        return tried(training.network.eval(), images, training.task, training.autocast).unseen
    return ()

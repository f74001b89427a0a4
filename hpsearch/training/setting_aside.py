"""Members of a stacked cohort are set aside at a rung, each for itself, and taken up again, maybe in other company."""

from collections.abc import Sequence
from dataclasses import replace

from hpsearch.training.checkpoints.checkpoint import Checkpoints, Snapshot
from hpsearch.training.checkpoints.resuming import DIVERGED, go_on, has_form, kept_of, noise_of, snapshot
from hpsearch.training.network_state import put_member_back, state_of_member
from hpsearch.training.seat import Seat
from hpsearch.training.stacked import StackedNetwork
from hpsearch.training.updates import StackedOptimizer


def set_aside(
    checkpoints: Checkpoints | None, place: int, seat: Seat, network: StackedNetwork, optimizer: StackedOptimizer
) -> None:
    """Keeps a member that has come to its rung, or that has ended on the way there: so all of a cohort have a file
    after the same epoch, and nobody is trained again because of one who failed."""
    rung = seat.job.budget.until_epoch
    if checkpoints is None or rung is None:
        return

    def taken() -> Snapshot:
        noise = {_noise(seat): seat.generator.get_state()}
        state, memory = state_of_member(network, place), optimizer.memory(place)
        found = snapshot(seat.curves, state, memory, seat.order, noise, seat.duration_s)
        return replace(found, epoch=rung, document={**found.document, DIVERGED: seat.diverged})

    checkpoints.save(seat.job, taken)


def taken_up(
    checkpoints: Checkpoints | None, seats: Sequence[Seat], network: StackedNetwork, optimizer: StackedOptimizer
) -> int:
    """Goes on with what was set aside, if every member was after the same epoch: which epoch; else 0.

    What comes from a network like this one needs no trial: it has had one.
    """
    found = [checkpoints.load(seat.job) for seat in seats] if checkpoints is not None else []
    snapshots = [one for one in found if one is not None]
    if len(snapshots) < len(seats) or len({one.epoch for one in snapshots}) != 1:
        return 0
    memories = [optimizer.memory(place) for place in range(len(seats))]
    if not all(has_form(snapshots[i], state_of_member(network, i), memory) for i, memory in enumerate(memories)):
        return 0
    if not all(_noise(seat) in noise_of(one) for seat, one in zip(seats, snapshots, strict=True)):
        return 0
    for place, (seat, one) in enumerate(zip(seats, snapshots, strict=True)):
        put_member_back(network, place, kept_of(one))
        seat.generator.set_state(noise_of(one)[_noise(seat)])
        seat.duration_s += go_on(one, seat.curves, memories[place], seat.order)
        seat.diverged = one.document.get(DIVERGED)
    if all(noise_of(one).keys() == {_noise(seat)} for seat, one in zip(seats, snapshots, strict=True)):
        network.tried_before()  # whoever trained alone has set aside other generators as well
    return snapshots[0].epoch


def _noise(seat: Seat) -> str:
    """The name under which the state of the generator is kept, as a member that trains alone keeps it."""
    return "device" if seat.generator.device.type == "cuda" else "torch"

"""Members among others: NaN beside them, some of them leaving, their states."""

import copy
from collections.abc import Iterator, Sequence

import pytest
import torch
from torch import Tensor, nn

from hpsearch.networks.table import NETWORKS
from tests.training.stacked.stacked_cases import CONTIGUOUS, LAST, descend, generators, number_of, stacked_of

SHAPE = (3, 8, 8)
NETWORKS_TRIED = {
    "lenet": {},
    "convnet": {"norm": "batch", "width": 6},
    "resnet_cifar": {"depth": 8},
    "mobilenet": {"width": 0.25, "repeats": 1},
}
FORMATS = pytest.mark.parametrize("memory_format", [CONTIGUOUS, LAST], ids=["contiguous", "channels_last"])
NAMES = pytest.mark.parametrize("name", NETWORKS_TRIED)
Run = dict[int, tuple[list[Tensor], dict[str, Tensor]]]


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(0)
        yield
    torch.set_num_threads(before)


def trained(
    networks: Sequence[nn.Module],
    members: Sequence[int],
    images: Tensor,
    kept: Sequence[int] | None = None,
    steps: int = 2,
) -> Run:
    """The logits of each step and the state of each member; behind the first step only those that are kept stay."""
    last = images.is_contiguous(memory_format=LAST)
    stacked = stacked_of([networks[member] for member in members], LAST if last else CONTIGUOUS)
    for generator, member in zip(stacked._members.generators, members, strict=True):
        generator.manual_seed(member)
    now, found = list(members), {member: ([], {}) for member in members}
    for step in range(steps):
        if step == 1 and kept is not None:
            stacked.keep([now.index(member) for member in kept])
            now = list(kept)
        outputs = stacked.run(images)
        number_of(outputs).backward()
        for place, member in enumerate(now):
            found[member][0].append(outputs[0][place].detach())
        descend(stacked.parameters.values())
    return {member: (found[member][0], stacked.state_dict(place)) for place, member in enumerate(now)}


def assert_same_bits(one: Run, other: Run, members: Sequence[int]) -> None:
    for member in members:
        assert all(map(torch.equal, one[member][0], other[member][0])), member
        for name, value in one[member][1].items():
            assert torch.equal(value, other[member][1][name]), (member, name)


def built(name: str, count: int) -> list[nn.Module]:
    return [NETWORKS[name](SHAPE, 4, dropout=0.1 * member, **NETWORKS_TRIED[name]) for member in range(count)]


@NAMES
@FORMATS
def test_the_bits_of_a_member_do_not_depend_on_the_others(name: str, memory_format: torch.memory_format) -> None:
    networks, images = built(name, 8), torch.randn(8, *SHAPE).contiguous(memory_format=memory_format)
    eight = trained(networks, range(8), images)
    for members in ((5, 2, 7), (0, 3, 4, 6)):
        assert_same_bits(trained(networks, members, images), eight, members)


@pytest.mark.parametrize(
    ("name", "kept"),
    # Batch norm over so many maps of 1×1 as MobileNet has adds in another order where only one member is left.
    [(name, kept) for name in NETWORKS_TRIED for kept in ([1], [4, 2]) if (name, kept) != ("mobilenet", [1])],
    ids=str,
)
@FORMATS
def test_those_that_stay_go_on_as_if_nobody_had_left(
    name: str, memory_format: torch.memory_format, kept: list[int]
) -> None:
    networks, images = built(name, 5), torch.randn(8, *SHAPE).contiguous(memory_format=memory_format)
    assert_same_bits(trained(networks, range(5), images, kept), trained(networks, range(5), images), kept)


@NAMES
@FORMATS
@pytest.mark.parametrize("value", [float("nan"), pytest.param(float("inf"), marks=pytest.mark.slow)], ids=str)
def test_a_broken_member_changes_no_bit_of_the_others(
    name: str, memory_format: torch.memory_format, value: float
) -> None:
    networks, images = built(name, 3), torch.randn(8, *SHAPE).contiguous(memory_format=memory_format)
    sound = trained(networks, range(3), images)
    with torch.no_grad():
        for parameter in networks[1].parameters():
            parameter.fill_(value)
    broken = trained(networks, range(3), images)
    assert_same_bits(broken, sound, [0, 2])
    assert not broken[1][0][-1].isfinite().any()


def test_parameters_are_leaves_and_new_ones_after_members_left() -> None:
    networks = built("convnet", 3)
    for network in networks:
        next(network.parameters()).requires_grad_(False)
    stacked = stacked_of(networks, LAST)
    names = [name for name, _ in networks[0].named_parameters()]
    before = stacked.parameters
    assert list(before) == names
    assert [one.requires_grad for one in before.values()] == [False] + [True] * (len(names) - 1)
    assert all(one.is_leaf and len(one) == 3 for one in before.values())
    stacked.keep([2, 0])
    assert stacked.members == 2
    for name, one in stacked.parameters.items():
        assert one.is_leaf
        assert one.requires_grad == before[name].requires_grad
        assert one is not before[name]
        assert torch.equal(one, before[name][[2, 0]])


def test_filters_lie_channels_last() -> None:
    stacked = stacked_of(built("convnet", 3), LAST)
    for step in range(2):
        filters = stacked.parameters["conv2.weight"]
        assert filters.permute(0, 1, 3, 4, 2).is_contiguous(), step
        stacked.keep([0, 1])


def test_a_state_goes_in_and_out_of_the_single_network() -> None:
    networks = built("resnet_cifar", 2)
    stacked = stacked_of(networks)
    stacked(torch.randn(4, *SHAPE))
    state = stacked.state_dict(1)
    assert list(state) == list(networks[1].state_dict())
    assert all(value.is_contiguous() for value in state.values())
    assert int(state["features.stem.norm.num_batches_tracked"]) == 1
    networks[1].load_state_dict(state)
    stacked.load_state_dict(0, copy.deepcopy(state))
    for name, value in stacked.state_dict(0).items():
        assert torch.equal(value, state[name])
    with pytest.raises(KeyError, match="does not fit"):
        stacked.load_state_dict(0, {})


def test_one_parameter_in_two_places_is_one() -> None:
    class Tied(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.first, self.second = nn.Linear(4, 4), nn.Linear(4, 4)
            self.second.weight = self.first.weight

        def forward(self, images: Tensor) -> Tensor:
            return self.second(self.first(images.flatten(1)).relu())

    networks = [Tied() for _ in range(2)]
    stacked = stacked_of(networks)
    assert list(stacked.parameters) == [name for name, _ in networks[0].named_parameters()]
    assert list(stacked.state_dict(0)) == list(networks[0].state_dict())
    number_of(stacked.run(torch.ones(3, 1, 2, 2))).backward()
    number_of((networks[1](torch.ones(3, 1, 2, 2)),)).backward()
    assert torch.allclose(networks[1].first.weight.grad, stacked.parameters["first.weight"].grad[1])


def test_masks_are_those_of_the_members_own_generators() -> None:
    networks = [nn.Sequential(nn.Flatten(), nn.Linear(192, 64), nn.Dropout(rate)) for rate in (0.0, 0.5, 1.0, 0.9)]
    stacked = stacked_of(networks)
    images = torch.randn(5, *SHAPE)
    (found,) = stacked.run(images)
    for member, (network, generator) in enumerate(zip(networks, generators(4), strict=True)):
        torch.set_rng_state(generator.get_state())
        assert torch.allclose(network(images), found[member], atol=1e-6)
        assert torch.equal(torch.get_rng_state(), stacked._members.generators[member].get_state())

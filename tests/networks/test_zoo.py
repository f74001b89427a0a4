"""What holds for every named network."""

import copy
import math
import pickle
from collections.abc import Iterator

import pytest
import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from hpsearch.networks.outputs import Outputs
from hpsearch.networks.parameters import PARAMETERS
from hpsearch.networks.table import NETWORKS
from hpsearch.training.regularisation import switch_dropout_off
from tests.networks.doses import dosed, first_of_each
from tests.networks.zoo import ZOO
from tests.networks.zoo_entry import Entry

EVERY = pytest.mark.parametrize("entry", ZOO, ids=str)
TRAINED = pytest.mark.parametrize("entry", [entry for entry in ZOO if entry.trains], ids=str)
ONE_OF_EACH = pytest.mark.parametrize("entry", first_of_each(entry for entry in ZOO if entry.trains), ids=str)


@pytest.fixture(scope="module", autouse=True)
def one_thread() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(autouse=True)
def seeded() -> Iterator[None]:
    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(0)
        yield


def logits_of(found: Tensor | Outputs) -> tuple[Tensor, ...]:
    """The main ones, then the auxiliary ones."""
    return (found.logits, *found.auxiliary) if isinstance(found, Outputs) else (found,)


def unsilenced(entry: Entry) -> dict[str, bool]:
    """What switches off that residual branches begin with zero, behind which no gradient passes."""
    return {"zero_residual": False} if "zero_residual" in PARAMETERS[entry.name].model_fields else {}


def test_every_named_network_is_in_the_zoo() -> None:
    assert list(PARAMETERS) == list(NETWORKS)
    assert {entry.name for entry in ZOO} == set(NETWORKS)


@pytest.mark.parametrize("name", dosed(NETWORKS))
def test_builder_and_record_have_the_same_defaults(name: str) -> None:
    with torch.device("meta"):
        bare = NETWORKS[name]((3, 32, 32), 10)
        told = NETWORKS[name]((3, 32, 32), 10, **PARAMETERS[name]().model_dump())
    assert repr(bare) == repr(told)


@EVERY
def test_the_published_number_of_parameters(entry: Entry) -> None:
    with torch.device("meta"):
        network = entry.build()
    assert sum(parameter.numel() for parameter in network.parameters()) == entry.count, entry.source


@pytest.mark.parametrize("entry", dosed(ZOO), ids=str)
def test_the_published_setting_gives_logits(entry: Entry) -> None:
    with torch.device("meta"):
        network = entry.build()
        assert all(made.shape == (2, entry.outputs) for made in logits_of(network(torch.zeros(2, *entry.input_shape))))
        found = network.eval()(torch.zeros(3, *entry.input_shape))
    assert isinstance(found, Tensor)
    assert found.shape == (3, entry.outputs)


@TRAINED
def test_it_takes_any_sensible_size_and_number_of_outputs(entry: Entry) -> None:
    with torch.device("meta"):
        for channels, (height, width) in zip((1, 2, 3, 4, 1), entry.sizes, strict=False):
            network = entry.build_for((channels, height, width), outputs=channels)
            for made in logits_of(network(torch.zeros(2, channels, height, width))):
                assert made.shape == (2, channels)


@TRAINED
def test_a_single_image_can_be_scored(entry: Entry) -> None:
    network = entry.build_small().eval()
    found = network(torch.randn(1, *entry.small_shape))
    assert found.shape == (1, 4)
    assert found.isfinite().all()


@TRAINED
def test_every_parameter_gets_a_gradient(entry: Entry) -> None:
    network = entry.build_small(**unsilenced(entry)).train()
    found = logits_of(network(torch.randn(8, *entry.small_shape)))
    torch.autograd.backward(sum((cross_entropy(made, torch.arange(8) % 4) for made in found), torch.zeros(())))
    without = [name for name, one in network.named_parameters() if one.grad is None or not one.grad.any()]
    assert without == []


@TRAINED
def test_the_initial_loss_is_that_of_guessing(entry: Entry) -> None:
    for seed in range(3):
        torch.default_generator.manual_seed(seed)
        network = entry.build_small(outputs=10)
        switch_dropout_off(network)
        with torch.no_grad():
            for made in logits_of(network(torch.randn(16, *entry.small_shape))):
                loss = float(cross_entropy(made, torch.arange(16) % 10))
                assert loss == pytest.approx(math.log(10), rel=0.05)


@ONE_OF_EACH
def test_eight_images_are_learned_by_heart(entry: Entry) -> None:
    targets = torch.arange(8) % 4
    images = torch.randn(8, *entry.small_shape)
    assert any(learns(entry.build_small(), images, targets, rate) for rate in (0.02, 0.1, 0.005))


def learns(network: nn.Module, images: Tensor, targets: Tensor, rate: float) -> bool:
    switch_dropout_off(network)
    optimizer = torch.optim.SGD(network.parameters(), lr=rate, momentum=0.9)
    for _ in range(100):
        found = logits_of(network.train()(images))
        main = cross_entropy(found[0], targets)
        if bool((found[0].argmax(1) == targets).all()) and main.item() < 0.5:
            return True
        optimizer.zero_grad()
        torch.autograd.backward(sum((cross_entropy(made, targets) for made in found), torch.zeros(())))
        optimizer.step()
    return False


@TRAINED
def test_copies_and_pickles_compute_the_same(entry: Entry) -> None:
    network = entry.build_small().eval()
    images = torch.randn(2, *entry.small_shape)
    expected = network(images)
    assert torch.equal(copy.deepcopy(network)(images), expected)
    assert torch.equal(pickle.loads(pickle.dumps(network))(images), expected)  # noqa: S301  (our own bytes)


@TRAINED
def test_weights_follow_from_the_seed(entry: Entry) -> None:
    def weights(seed: int) -> list[Tensor]:
        torch.default_generator.manual_seed(seed)
        return list(entry.build_small().state_dict().values())

    first = weights(1)
    assert all(torch.equal(one, other) for one, other in zip(first, weights(1), strict=True))
    assert not all(torch.equal(one, other) for one, other in zip(first, weights(2), strict=True))


@ONE_OF_EACH
@pytest.mark.parametrize("scheme", ["xavier", "kaiming", "variance_scaling", "lsuv"])
def test_every_scheme_gives_finite_logits(entry: Entry, scheme: str) -> None:
    network = entry.build_small(init=scheme)
    assert all(made.isfinite().all() for made in logits_of(network(torch.randn(4, *entry.small_shape))))

"""Predicted memory of training against what PyTorch's allocator hands out in a real iteration."""

from collections.abc import Callable
from dataclasses import replace

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

from benchmarks.memory.measured import compare, handed_out, measured_step
from hpsearch.cost.fit import MOST_BATCH, largest_batch, trial_bytes, trials_per_gpu
from hpsearch.cost.memory import Step, TrainingMemory, training_memory
from hpsearch.cost.workspace import CONTEXT_BYTES
from hpsearch.job import OptimizerSettings
from hpsearch.networks.convnet import build_convnet
from hpsearch.networks.outputs import Outputs
from hpsearch.optimization import OptimizerName
from hpsearch.training.optimizer import optimizer_for

SHAPE = (3, 32, 32)


def residual() -> nn.Module:
    """Branches, a join in place, dropout, group and batch norm."""

    class Block(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.first = nn.Conv2d(3, 16, 3, padding=1)
            self.norm = nn.BatchNorm2d(16)
            self.second = nn.Conv2d(16, 16, 3, padding=1, groups=4)
            self.group = nn.GroupNorm(4, 32)
            self.drop = nn.Dropout(0.2)
            self.head = nn.Linear(32, 10)

        def forward(self, images: Tensor) -> Tensor:
            first = functional.relu(self.norm(self.first(images)))
            second = self.second(first)
            second += first
            joined = self.group(torch.cat([first, second], 1))
            head: Tensor = self.head(self.drop(functional.gelu(joined).mean((2, 3))))
            return head

    return Block()


@pytest.mark.parametrize("last", [True, False], ids=["channels last", "contiguous"])
@pytest.mark.parametrize("name", ["convnet", "lenet"])
def test_the_prediction_is_close_to_what_is_handed_out(name: str, last: bool) -> None:
    """Whatever the optimiser and the batch; all named networks are compared in docs/memory.md."""
    optimizers: tuple[OptimizerName, ...] = ("sgd", "adam")
    for optimizer, batch_size in zip(optimizers, (4, 32), strict=True):
        run = compare(name, SHAPE, batch_size, optimizer, last=last)
        assert run.ratio == pytest.approx(1, abs=0.1)
        assert run.saved == run.saved_predicted


@pytest.mark.parametrize("batch_size", [2, 16, 64])
def test_the_prediction_holds_for_networks_of_ones_own(batch_size: int) -> None:
    network = residual()
    predicted = training_memory(network, SHAPE, 10, Step(batch_size, "adamw", device="cpu"))
    measured, saved = measured_step(network, SHAPE, batch_size, "adamw", last=False)
    assert predicted.step_bytes == pytest.approx(measured, rel=0.1)
    assert predicted.activations_bytes == saved


def test_nothing_is_taken_to_predict() -> None:
    """A batch of 65,536 images would take 46 GB."""
    network = build_convnet(SHAPE, 10)
    found: list[TrainingMemory] = []
    taken, _ = handed_out(lambda: found.append(training_memory(network, SHAPE, 10, Step(MOST_BATCH))))
    assert found[0].peak_bytes > 20 * 2**30
    assert taken < 2**20


def test_the_network_is_left_as_it_is() -> None:
    network = build_convnet(SHAPE, 10, norm="batch").eval()
    before = {name: value.clone() for name, value in network.state_dict().items()}
    drawn = torch.get_rng_state()
    training_memory(network, SHAPE, 10, Step(8, channels_last=True))
    assert not any(module.training for module in network.modules())
    assert all(torch.equal(value, before[name]) for name, value in network.state_dict().items())
    assert all(parameter.grad is None and parameter.is_contiguous() for parameter in network.parameters())
    assert torch.equal(drawn, torch.get_rng_state())


@pytest.mark.parametrize(
    ("optimizer", "momentum", "copies"),
    [
        ("sgd", 0.9, 1),
        ("sgd", 0.0, 0),
        ("adam", 0.9, 2),
        ("adamw", 0.9, 2),
        ("rmsprop", 0.9, 2),
        ("rmsprop", 0.0, 1),
        ("adagrad", 0.9, 1),
    ],
)
def test_the_optimisers_state_is_that_of_the_training_room(
    optimizer: OptimizerName, momentum: float, copies: int
) -> None:
    network = build_convnet(SHAPE, 10)
    found = training_memory(network, SHAPE, 10, Step(4, optimizer, momentum, device="cpu"))
    settings = OptimizerSettings(optimizer, 0.1, 0.0, momentum, "constant", 1.0, 1.0)
    made = optimizer_for(settings, network.parameters(), 0.0)
    states = [state for group in made._groups for states in group._states for state in states]
    assert found.optimizer_bytes == sum(state.nbytes for state in states)
    numbers = sum(parameter.numel() for parameter in network.parameters())
    counts = sum(1 for _ in network.parameters()) if optimizer.startswith("adam") else 0
    assert found.optimizer_bytes == 4 * (copies * numbers + counts)


def test_the_parts_of_a_small_network() -> None:
    network = nn.Sequential(nn.Conv2d(1, 2, 3), nn.ReLU(), nn.Flatten(), nn.Linear(18, 3))
    found = training_memory(network, (1, 5, 5), 3, Step(10, device="cpu"))
    numbers = 20 + 57
    assert (found.weights_bytes, found.gradients_bytes, found.optimizer_bytes) == (4 * numbers,) * 3
    assert found.batch_bytes == 10 * (25 * 4 + 8 + 8)
    # Kept: the ReLU's output, which the linear layer reads too; the log-probabilities; the loss's total weight. The
    # targets are kept as well, and are counted with the batch.
    assert found.activations_bytes == 4 * (10 * 18 + 10 * 3 + 1)
    assert found.evaluation_bytes == 0
    assert found.step_bytes > sum((found.weights_bytes, found.optimizer_bytes, found.activations_bytes))


def test_frozen_weights_have_neither_gradient_nor_state() -> None:
    network = nn.Sequential(nn.Flatten(), nn.Linear(75, 8), nn.Linear(8, 3))
    network[1].requires_grad_(False)
    found = training_memory(network, (3, 5, 5), 3, Step(4))
    assert (found.gradients_bytes, found.optimizer_bytes) == (4 * 27, 4 * 27)
    network.requires_grad_(False)
    assert training_memory(network, (3, 5, 5), 3, Step(4)).gradients_bytes == 0


class Auxiliary(nn.Module):
    """A network with one more classifier in training mode."""

    def __init__(self) -> None:
        super().__init__()
        self.main = nn.Linear(75, 10)
        self.side = nn.Linear(75, 10)

    def forward(self, images: Tensor) -> Tensor | Outputs:
        flat = images.flatten(1)
        logits: Tensor = self.main(flat)
        return Outputs(logits, (self.side(flat),), 0.3) if self.training else logits


@pytest.mark.parametrize("loss", ["cross_entropy", "l1", "l2"])
def test_every_loss_and_auxiliary_classifiers(loss: str) -> None:
    step = replace(Step(4, device="cpu", evaluated=8), loss=loss)  # type: ignore[arg-type]
    found = training_memory(Auxiliary(), (3, 5, 5), 10, step)
    assert found.gradients_bytes == found.weights_bytes == 2 * 4 * 760


class OnlyReal(nn.Module):
    """Looks at its numbers, which the meta device does not have."""

    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.Conv2d(3, 4, 1)

    def forward(self, images: Tensor) -> Tensor:
        made: Tensor = self.layer(images)
        return made.mean((2, 3)) * (1 if float(made.sum()) > 0 else 2)


def test_a_network_that_needs_real_numbers_is_measured_small_and_drawn_out() -> None:
    class Tame(OnlyReal):
        def forward(self, images: Tensor) -> Tensor:
            made: Tensor = self.layer(images)
            return made.mean((2, 3)) * (1 if made.shape else 2)

    network = OnlyReal()
    small, large = (training_memory(network, SHAPE, 4, Step(size, device="cpu")) for size in (8, 64))
    tame = training_memory(Tame(), SHAPE, 4, Step(64, device="cpu"))
    assert large.batch_bytes == 8 * small.batch_bytes
    assert large.step_bytes == pytest.approx(tame.step_bytes, rel=0.05)
    assert all(parameter.grad is None for parameter in network.parameters())


def test_what_the_network_itself_raises_comes_through() -> None:
    with pytest.raises(RuntimeError, match="expected input"):
        training_memory(nn.Sequential(nn.Conv2d(5, 1, 1)), SHAPE, 10, Step(4))


def test_an_evaluation_can_take_more_than_an_iteration() -> None:
    network = build_convnet(SHAPE, 10)
    found = training_memory(network, SHAPE, 10, Step(2, evaluated=512))
    assert found.evaluation_bytes == found.peak_bytes > found.step_bytes
    assert training_memory(network, SHAPE, 10, Step(512, evaluated=512)).evaluation_bytes < found.step_bytes * 100


@pytest.mark.parametrize("memory_bytes", [40 * 2**20, 100 * 2**20, 2**30])
def test_the_largest_batch_fits_and_the_next_one_does_not(memory_bytes: int) -> None:
    network = build_convnet(SHAPE, 10)
    most = largest_batch(network, SHAPE, 10, memory_bytes, Step(1))
    taken = [training_memory(network, SHAPE, 10, Step(most + more)).peak_bytes for more in (0, 1)]
    assert taken[0] <= memory_bytes < taken[1]


def test_no_batch_fits_into_too_little_and_every_one_into_a_lot() -> None:
    network = build_convnet(SHAPE, 10)
    assert largest_batch(network, SHAPE, 10, 2**20, Step(64)) == 0
    assert largest_batch(network, SHAPE, 10, 2**50, Step(64)) == MOST_BATCH


def test_trials_share_a_gpu_with_their_processes_and_data() -> None:
    taken = training_memory(build_convnet(SHAPE, 10), SHAPE, 10, Step(64))
    each = taken.peak_bytes + CONTEXT_BYTES + 1000
    assert trial_bytes(taken, 1000) == each
    assert [trials_per_gpu(taken, size, 1000) for size in (each - 1, each, 3 * each + 1)] == [0, 1, 3]


@pytest.mark.gpu
@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
@pytest.mark.parametrize("batch_size", [16, 64, 256])
@pytest.mark.parametrize("build", [residual, lambda: build_convnet(SHAPE, 10, width=64)], ids=["residual", "convnet"])
def test_the_prediction_is_close_to_what_a_gpu_hands_out(
    build: Callable[[], nn.Module], batch_size: int, optimizer: OptimizerName
) -> None:
    """The allowance for libraries aside, which is meant to be the most that they take."""
    network = build()
    predicted = training_memory(network, SHAPE, 10, Step(batch_size, optimizer))
    torch.cuda.empty_cache()
    before = torch.cuda.memory_allocated()
    network.to("cuda").train()
    made = optimizer_for(OptimizerSettings(optimizer, 1e-4, 0.0, 0.9, "constant", 1.0, 1.0), network.parameters(), 0.0)
    images, chosen = torch.randn(batch_size, *SHAPE, device="cuda"), torch.arange(batch_size, device="cuda")
    for number in range(3):
        if number == 2:  # the first ones choose algorithms and fill the libraries' caches
            torch.cuda.reset_peak_memory_stats()
        torch.autograd.backward(functional.cross_entropy(network(images), chosen % 10))
        made.step(1e-4)
    torch.cuda.synchronize()
    measured = torch.cuda.max_memory_allocated() - before
    assert predicted.step_bytes - predicted.workspace_bytes <= 1.1 * measured
    assert measured <= 1.1 * predicted.step_bytes

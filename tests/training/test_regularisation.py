"""What ``regularised=False`` switches off."""

from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.utils.checkpoint import checkpoint

from hpsearch.job import Budget, NetworkSettings
from hpsearch.training.regularisation import DropoutByFunctions, calls_dropout, switch_dropout_off
from tests.training.training_cases import classes, job, optimizer, own, train

BUDGET = Budget(steps=12)


@pytest.mark.parametrize(
    ("with_dropout", "without"),
    [
        (own("small", dropout=0.5), own("small")),
        (own("with_own_dropout", rate=0.5), own("with_own_dropout", rate=0.0)),
        (
            NetworkSettings("convnet", None, {"depth": 1, "width": 4, "dropout": 0.5}),
            NetworkSettings("convnet", None, {"depth": 1, "width": 4}),
        ),
    ],
)
def test_dropout_is_off(with_dropout: NetworkSettings, without: NetworkSettings) -> None:
    dataset = classes()
    plain = train(job(without, BUDGET), dataset).step_losses
    assert train(job(with_dropout, BUDGET, regularised=False), dataset).step_losses == plain
    assert train(job(with_dropout, BUDGET), dataset).step_losses != plain, "else the test could not fail"


def test_weight_decay_and_label_smoothing_are_off() -> None:
    dataset = classes()
    plain = train(job(budget=BUDGET), dataset).step_losses
    decayed = job(budget=BUDGET, optimizer=optimizer(weight_decay=0.1), label_smoothing=0.2)
    assert train(decayed, dataset).step_losses != plain
    unregularised = job(budget=BUDGET, optimizer=optimizer(weight_decay=0.1), label_smoothing=0.2, regularised=False)
    assert train(unregularised, dataset).step_losses == plain


@pytest.mark.parametrize(
    "module",
    [
        nn.Dropout(0.9),
        nn.Dropout1d(0.9),
        nn.Dropout2d(0.9),
        nn.Dropout3d(0.9),
        nn.AlphaDropout(0.9),
        nn.FeatureAlphaDropout(0.9),
    ],
    ids=lambda module: type(module).__name__,
)
def test_every_dropout_module_passes_its_input_on(module: nn.Module) -> None:
    network = nn.Sequential(nn.Sequential(module)).train()
    images = torch.ones((4, 8, 9) if isinstance(module, nn.Dropout1d) else (4, 8, 3, 3))
    assert not torch.equal(network(images), images)
    switch_dropout_off(network)
    assert torch.equal(network(images), images)


def test_dropout_inside_recurrence_and_attention_is_off() -> None:
    recurrent, attention = nn.LSTM(4, 4, num_layers=2, dropout=0.9), nn.MultiheadAttention(4, 2, dropout=0.9)
    switch_dropout_off(nn.ModuleList([recurrent, attention]))
    inputs = torch.ones(3, 2, 4)
    assert torch.equal(recurrent(inputs)[0], recurrent(inputs)[0])
    assert torch.equal(attention(inputs, inputs, inputs)[0], attention(inputs, inputs, inputs)[0])


FUNCTIONS: dict[str, Callable[[Tensor, bool], Tensor]] = {
    "dropout": lambda maps, training: functional.dropout(maps, 0.9, training),
    "in place": lambda maps, training: functional.dropout(maps, 0.9, training, inplace=True),
    "of torch": lambda maps, training: torch.dropout(maps, 0.9, training),
    "of maps": lambda maps, training: functional.dropout2d(maps, 0.9, training=training),
    "alpha": lambda maps, training: functional.alpha_dropout(maps, 0.9, training),
    "attention by place": lambda maps, training: functional.scaled_dot_product_attention(
        maps, maps, maps, None, 0.9 if training else 0.0
    ),
    "attention": lambda maps, training: functional.scaled_dot_product_attention(
        maps, maps, maps, dropout_p=0.9 if training else 0.0
    ),
}


class Calling(nn.Module):
    """Drops something by a function, and may fail."""

    def __init__(self, function: Callable[[Tensor, bool], Tensor]) -> None:
        super().__init__()
        self.function = function
        self.fails: BaseException | None = None

    def forward(self, maps: Tensor) -> Tensor:
        found = self.function(maps.clone(), self.training)
        if self.fails is not None:
            raise self.fails
        return found


@pytest.mark.parametrize("name", FUNCTIONS)
def test_functions_that_drop_something_are_off_inside_alone(name: str) -> None:
    maps, network = torch.rand(4, 8, 3, 3), Calling(FUNCTIONS[name]).train()
    assert not torch.equal(network(maps), network(maps))
    assert calls_dropout(network, maps)
    network.fails = SystemExit()
    with pytest.raises(SystemExit), DropoutByFunctions(off=True):
        network(maps)
    network.fails = None
    assert not torch.equal(network(maps), network(maps)), "it was left open"
    with DropoutByFunctions(off=True) as functions:
        assert torch.equal(network(maps), network(maps))
        functions.settle()
        assert torch.equal(network(maps), network.eval()(maps))
    with DropoutByFunctions(off=False):
        assert not torch.equal(network.train()(maps), network(maps))


@pytest.mark.parametrize("again", [False, True])
def test_a_pass_that_is_repeated_on_the_way_back_drops_nothing_either(again: bool) -> None:
    class Checkpointed(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.layer = nn.Linear(48, 3)

        def forward(self, images: Tensor) -> Tensor:
            def body(flat: Tensor) -> Tensor:
                return functional.dropout(self.layer(flat), 0.9, self.training).sin()

            found: Tensor = checkpoint(body, images.flatten(1).requires_grad_(), use_reentrant=again)
            return found

    network, images = Checkpointed().train(), torch.rand(4, 3, 4, 4)
    with DropoutByFunctions(off=True) as functions:
        for _ in range(2):
            torch.autograd.backward(network(images).sum())
            functions.settle()
    expected = images.flatten(1).T @ network.layer(images.flatten(1)).cos() * 2
    torch.testing.assert_close(network.layer.weight.grad, expected.T)


def test_a_network_that_calls_none_is_left_alone() -> None:
    assert not calls_dropout(Calling(lambda maps, training: functional.dropout(maps, 0.0, training)), torch.ones(1, 3))
    assert not calls_dropout(Calling(lambda maps, _: functional.dropout(maps, 0.9, False)), torch.ones(1, 3))

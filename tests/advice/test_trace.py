"""What is seen of a forward pass: functions and modules alike, with who follows whom."""

from collections.abc import Callable

import pytest
import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn

from hpsearch.advice.facts import IMAGES, Kind
from hpsearch.advice.trace import traced, unused_layers

IMAGE = torch.zeros(2, 3, 8, 8)


class Residual(nn.Module):
    """Two branches, one of them functional, and a layer that is shared."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Conv2d(3, 4, 3, padding=1)
        self.weight = nn.Parameter(torch.zeros(4, 4, 3, 3))
        self.tied = nn.Linear(4, 4)
        self.aside = nn.Linear(4, 4)

    def forward(self, images: Tensor) -> Tensor:
        maps = self.stem(images)
        both = maps + F.relu(F.conv2d(maps, self.weight, padding=1))
        features = torch.flatten(F.adaptive_avg_pool2d(both, 1), 1)
        if self.training:
            features = self.aside(features)
        return self.tied(self.tied(features))  # type: ignore[no-any-return]


def test_calls_know_what_they_follow() -> None:
    seen = traced(Residual(), IMAGE)
    assert [(call.function, call.kind, call.before) for call in seen.calls] == [
        ("conv2d", Kind.CONVOLUTION, (IMAGES,)),
        ("conv2d", Kind.CONVOLUTION, (0,)),
        ("relu", Kind.ACTIVATION, (1,)),
        ("add", Kind.OTHER, (0, 2)),
        ("adaptive_avg_pool2d", Kind.GLOBAL, (3,)),
        ("flatten", Kind.SHAPE, (4,)),
        ("linear", Kind.LINEAR, (5,)),
        ("linear", Kind.LINEAR, (6,)),
    ]
    assert [call.name for call in seen.calls][:2] == ["stem", "weight"]
    assert [call.biased for call in seen.calls][:2] == [True, False]
    assert seen.last == 7
    assert seen.calls[0].axes[0].padding == (1, 1)


def test_layers_are_unused_only_if_neither_pass_uses_them() -> None:
    network = Residual()
    evaluated = traced(network, IMAGE).used
    assert unused_layers(network, evaluated) == ("aside",)
    assert unused_layers(network, evaluated | traced(network, IMAGE, training=True).used) == ()
    network.dropout = nn.Dropout(0.0)  # does nothing where it is used either
    network.forgotten = nn.Dropout(0.5)
    assert unused_layers(network, evaluated) == ("aside", "forgotten")


@pytest.mark.filterwarnings("ignore:Using padding='same' with even kernel")
@pytest.mark.parametrize(
    ("layer", "padding", "side", "made"),
    [
        (lambda: nn.Conv2d(3, 4, 4, padding="same"), (1, 2), 8, 8),
        (lambda: nn.Conv2d(3, 4, 3, padding="valid"), (0, 0), 8, 6),
        (lambda: nn.Conv2d(3, 4, 3, padding=1, padding_mode="reflect"), (1, 1), 8, 8),
        (lambda: nn.Sequential(nn.ZeroPad2d((0, 1, 0, 1)), nn.Conv2d(3, 4, 3, stride=2)), (0, 1), 8, 4),
        (lambda: nn.Sequential(nn.ZeroPad2d(1), nn.MaxPool2d(3, 2)), (1, 1), 8, 4),
        (lambda: nn.Conv2d(3, 4, (5, 1), padding=(2, 0)), (2, 2), 8, 8),
    ],
)
def test_padding_is_that_of_the_layer_and_of_what_pads_for_it(
    layer: Callable[[], nn.Module], padding: tuple[int, int], side: int, made: int
) -> None:
    axis = traced(layer(), IMAGE).calls[-1].axes[0]
    assert (axis.padding, axis.side, axis.made) == (padding, side, made)


@pytest.mark.parametrize(
    ("size", "kernel", "stride", "padding", "unread"),
    [(7, 2, 2, 0, 1), (8, 2, 2, 0, 0), (56, 3, 2, 1, 0), (224, 11, 4, 2, 0), (16, 3, 5, 0, 1), (55, 3, 2, 0, 0)],
)
def test_unread_rows_are_those_whose_pixels_change_nothing(
    size: int, kernel: int, stride: int, padding: int, unread: int
) -> None:
    layer = nn.Conv1d(1, 1, kernel, stride, padding)
    image = torch.randn(2, 1, size, requires_grad=True)
    (gradient,) = torch.autograd.grad(layer(image).sum(), image)
    read = int(gradient[0, 0].nonzero().max()) + 1
    axis = traced(layer, image.detach()).calls[0].axes[0]
    assert axis.unread == unread == max(0, size - read - axis.gap)


class Opaque(torch.autograd.Function):
    """A function that nothing is known of."""

    @staticmethod
    def forward(_ctx: object, given: Tensor) -> Tensor:
        return given.clone()


class Custom(nn.Module):
    def forward(self, images: Tensor) -> Tensor:
        return Opaque.apply(images)  # type: ignore[no-any-return, no-untyped-call]


def test_what_is_not_seen_is_joined_to_its_module() -> None:
    seen = traced(nn.Sequential(nn.Conv2d(3, 4, 1), Custom(), nn.ReLU()), IMAGE)
    assert [(call.name, call.before) for call in seen.calls] == [("0", (IMAGES,)), ("1", (0,)), ("2", (1,))]


def test_a_pass_leaves_the_generator_as_it_was() -> None:
    before = torch.get_rng_state()
    traced(nn.Dropout(0.5), IMAGE, training=True)
    assert torch.equal(before, torch.get_rng_state())


class Viewed(nn.Module):
    """Takes a view of one weight, which is a parameter of it or kept from it."""

    def __init__(self, view: Callable[[Tensor], Tensor], *, kept: bool) -> None:
        super().__init__()
        weight = nn.Parameter(torch.ones(1, 4, 1, 1))
        self.conv = nn.Conv2d(3, 4, 1)
        self.held = weight if kept else [weight]
        self.view = view

    def forward(self, images: Tensor) -> Tensor:
        weight = self.held[0] if isinstance(self.held, list) else self.held
        return self.conv(images) * self.view(weight)  # type: ignore[no-any-return]


VIEWS: dict[str, Callable[[Tensor], Tensor]] = {
    "view": lambda weight: weight.view(4, 1, 1),
    "reshape": lambda weight: weight.reshape(1, 4, 1, 1),
    "index": lambda weight: weight[0],
    "axes": lambda weight: weight.flatten()[None, :, None, None],
    "expand": lambda weight: weight.expand(2, -1, -1, -1),
    "squeeze": lambda weight: weight.squeeze().unsqueeze(-1).unsqueeze(-1),
    "transpose": lambda weight: weight.flatten(1).t().view(4, 1, 1),
    "chunk": lambda weight: weight.chunk(1, 1)[0],
    "unbind": lambda weight: weight.unbind(0)[0],
}


@pytest.mark.parametrize("view", VIEWS.values(), ids=VIEWS)
def test_a_view_of_a_weight_is_that_weight(view: Callable[[Tensor], Tensor]) -> None:
    assert traced(Viewed(view, kept=True), IMAGE).foreign == ()


def test_a_view_of_a_weight_that_is_kept_from_the_network_is_told_as_one() -> None:
    seen = traced(Viewed(VIEWS["expand"], kept=False), IMAGE)
    assert seen.foreign == ("mul (1×4×1×1)",)

"""What looks say of steps, gradients and scales, in looks that are written by hand."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from hpsearch.diagnosis.curves.curve import Curve
from hpsearch.diagnosis.curves.order import starts_again
from hpsearch.diagnosis.inside.answers import linear_network
from hpsearch.diagnosis.inside.gradients import frozen_layers, vanishing_gradients, without_gradient
from hpsearch.diagnosis.inside.scales import scale_at_start, weights_decay_away
from hpsearch.diagnosis.inside.seen import Inside
from hpsearch.diagnosis.inside.units import dead_units, saturated_units
from hpsearch.diagnosis.inside.updates import updates_too_small
from hpsearch.finding import Severity
from hpsearch.look import LayerLook, Look, OutputLook
from hpsearch.rulebook import Remark
from hpsearch.trial import FinishedTrial
from tests.diagnosis.curve_cases import GUESS, TASK, Drawn, Shape, constant, falling, straight, then

STEPS = (0, 60, 120, 238)
LAYER = LayerLook(
    "", "Linear", 0.0, 1.0, 1.0, 0.0, 0.0, 0.0, weight_norm=4.0, gradient_norm=0.4, update_norm=4e-6, weight_count=16
)
Rule = Callable[[Inside], Remark | None]


def found(rule: Rule, loss: Shape, looks: Sequence[Look], smoothing: float = 0.0) -> Remark | None:
    """What a rule says of a drawing with looks."""
    trial = Drawn(loss, smoothing=smoothing).trial
    return rule(Inside(FinishedTrial(trial.job, replace(trial.result, looks=tuple(looks))), TASK))


def looks(*layers: LayerLook) -> list[Look]:
    """The same in each of some iterations."""
    return [Look(step, layers) for step in STEPS]


def layer(name: str, **fields: object) -> LayerLook:
    return replace(LAYER, name=name, **fields)  # type: ignore[arg-type]


def test_small_steps_are_not_what_holds_a_loss_that_came_down_early() -> None:
    """Smoothed labels and bounded outputs hold it up, and its rate has fallen to nothing by then."""
    seen = looks(layer("one"), layer("two"))
    assert found(updates_too_small, straight(2.3, 2.0), seen)
    assert found(updates_too_small, constant(GUESS), seen)
    assert found(updates_too_small, then(straight(2.3, 0.5), 0.3, constant(0.5)), seen) is None
    assert found(updates_too_small, straight(2.3, 0.5), seen), "it was still on its way"


def test_a_rate_is_not_what_keeps_outputs_the_same() -> None:
    """Where images differ by next to nothing, little reaches the weights at any rate."""
    alike = [replace(look, outputs=answers(0.005)) for look in looks(layer("one"), layer("two"))]
    assert found(updates_too_small, constant(GUESS), alike) is None
    apart = [replace(look, outputs=answers(0.05)) for look in alike]
    assert found(updates_too_small, constant(GUESS), apart)


def answers(sample_std: float) -> OutputLook:
    return OutputLook(32, -1.0, 1.0, 0.0, sums_to_one=False, sample_std=sample_std)


def test_one_gradient_that_is_large_makes_no_other_vanish() -> None:
    """As that of a last layer with small weights behind large inputs."""
    others = layer("two"), layer("three", gradient_norm=400.0)
    assert found(vanishing_gradients, constant(GUESS), looks(layer("one", gradient_norm=0.1), *others)) is None
    said = found(vanishing_gradients, constant(GUESS), looks(layer("one", gradient_norm=1e-4), *others))
    assert said is not None
    assert said.numbers["layer"] == "one"


def test_a_sigmoid_that_is_shut_is_told_once() -> None:
    shut = layer("gate", kind="Sigmoid", saturated_share=1.0, dead_share=1.0, zero_share=1.0, weight_norm=None)
    large = [replace(look, outputs=answers(0.5)) for look in looks(layer("one"), shut, layer("head"))]
    assert found(dead_units, constant(GUESS), large)
    assert found(saturated_units, constant(GUESS), large) is None
    ends = [replace(look, layers=(layer("one"), replace(shut, dead_share=0.2), layer("head"))) for look in large]
    assert found(saturated_units, constant(GUESS), ends)


def test_a_step_that_is_left_out_is_told() -> None:
    idle = [Look(step, (layer("one", update_norm=0.0), layer("two", update_norm=0.0))) for step in STEPS]
    moved = [Look(step, (layer("one"), layer("two", update_norm=0.4))) for step in STEPS]
    said = found(updates_too_small, constant(GUESS), [*idle[:2], *moved[2:]])
    assert said is not None
    assert (said.severity, said.numbers["iterations"]) == (Severity.ERROR, [1, 61])
    once = found(updates_too_small, constant(GUESS), [*idle[:1], *moved[1:]])
    assert once is None or once.severity is None
    flat = [replace(look, layers=tuple(replace(one, gradient_norm=1e-5) for one in look.layers)) for look in idle]
    assert found(updates_too_small, constant(GUESS), flat) is None, "the step may be too small to be held"


def test_layers_that_decay_alone_moves_have_no_gradient() -> None:
    cut, head = layer("cut", gradient_norm=0.0), layer("head")
    said = found(without_gradient, constant(1.0), looks(cut, head))
    assert said is not None
    assert said.numbers["parameters"] == ["cut"]
    assert found(updates_too_small, constant(1.0), looks(cut, layer("head", update_norm=0.4))) is None
    at_last = [*looks(layer("cut"), head)[:1], *looks(cut, head)[1:]]
    assert found(without_gradient, constant(1.0), at_last) is None, "it died, or all was learned"
    nothing = layer("head", gradient_norm=0.0)
    assert found(without_gradient, constant(1.0), looks(cut, nothing)) is None


def test_a_norm_that_gives_next_to_nothing_is_told() -> None:
    before = layer("conv", kind="Conv2d")
    norm = layer("norm", kind="BatchNorm2d", output_std=0.004)
    head = layer("head")
    said = found(scale_at_start, falling(2.3, 0.1), looks(before, norm, head))
    assert said is not None
    assert said.numbers["layer"] == "norm"
    small = replace(norm, weight_norm=4e-3)
    assert found(scale_at_start, falling(2.3, 0.1), looks(before, small, head)) is None, "its weights are as small"
    closed = replace(norm, weight_norm=0.0, output_std=0.0)
    assert found(scale_at_start, falling(2.3, 0.1), looks(before, closed, head)) is None


def test_the_last_layer_with_weights_may_be_small_whatever_activation_is_behind_it() -> None:
    before, head = layer("conv", kind="Conv2d"), layer("head", output_std=0.013)
    bounded = replace(layer("sigmoid", kind="sigmoid"), weight_norm=None)
    assert found(scale_at_start, falling(2.3, 0.1), looks(before, head, bounded)) is None
    lost = replace(before, output_std=1e-3, sample_std=1e-3)
    said = found(scale_at_start, falling(2.3, 0.1), looks(head, replace(bounded, sample_std=0.01), lost, lost))
    assert said is not None
    assert said.numbers["layer"] == "head"
    assert found(scale_at_start, falling(2.3, 0.1), looks(head, bounded, before)) is None, "it is in a branch"
    assert found(
        scale_at_start, falling(2.3, 0.1), looks(before, replace(head, output_std=25.0, sample_std=25.0), bounded)
    )


def test_a_smaller_last_batch_is_no_end_of_an_epoch() -> None:
    """A loss over the batch depends on how many share it."""
    trial = Drawn(straight(1.9, 1.7), noise=0.001).trial
    losses = [loss - 1.0 * (step % 20 == 19) for step, loss in enumerate(trial.result.step_losses)]
    trial = FinishedTrial(trial.job, replace(trial.result, step_losses=tuple(losses)))
    assert starts_again(Curve(trial, replace(TASK, train_samples=640)))
    assert starts_again(Curve(trial, replace(TASK, train_samples=620))) is None


def test_a_network_of_one_layer_may_be_linear() -> None:
    first, *others = looks(layer("one"), layer("two"))
    straight_one = replace(first, bend=2e-6)
    said = found(linear_network, constant(1.0), [straight_one, *others])
    assert said is not None
    assert said.numbers == {"bend": 2e-6, "layers": 2}
    alone = replace(straight_one, layers=straight_one.layers[:1])
    for other in (alone, replace(first, bend=0.02), replace(first, bend=None)):
        assert found(linear_network, constant(1.0), [other, *others]) is None


def test_frozen_layers_are_no_error_beside_parameters_of_no_layer_that_learn() -> None:
    """A frozen body under prototypes that the network itself holds, or beside adapters that a block holds."""
    first = Look(0, (layer("body", gradient_norm=None, update_norm=0.0),), frozen=("body.weight",))
    alone = found(frozen_layers, constant(GUESS), [first])
    assert alone is not None
    assert alone.severity is Severity.ERROR
    beside = found(frozen_layers, constant(GUESS), [replace(first, graded_outside=("prototypes",))])
    assert beside is not None
    assert beside.severity is None


def test_scales_of_norms_behind_activations_are_what_counts() -> None:
    """A layer that a norm follows behind its activation does not mind its scale either."""

    def body(scale: float) -> list[LayerLook]:
        found = [
            (layer(f"conv{n}"), layer(f"relu{n}", kind="ReLU", weight_norm=None), norm(f"norm{n}", scale))
            for n in range(3)
        ]
        return [one for three in found for one in three]

    def norm(name: str, scale: float) -> LayerLook:
        return layer(name, kind="BatchNorm2d", weight_norm=scale)

    seen = [Look(step, (*body(0.1 if step else 4.0), layer("head"))) for step in STEPS]
    said = found(weights_decay_away, constant(GUESS), seen)
    assert said is not None
    assert set(said.numbers["shares"]) == {"norm0", "norm1", "norm2", "head"}


def test_weights_that_shrink_to_a_fifth_are_told_where_the_loss_is_held_up() -> None:
    begun, shrunk = looks(layer("one"), layer("two"))[0], looks(*(layer(n, weight_norm=0.8) for n in ("one", "two")))
    seen = [begun, *shrunk[1:]]
    assert found(weights_decay_away, constant(0.9), seen)
    assert found(weights_decay_away, falling(2.3, 0.05), seen) is None
    assert found(weights_decay_away, constant(0.55), seen, smoothing=0.1) is None, (
        "no loss is lower with this smoothing"
    )

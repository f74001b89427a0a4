"""What looks say of updates that are too large, in looks that are written by hand."""

from dataclasses import replace

from hpsearch.diagnosis.inside.updates import updates_too_large, updates_too_small
from hpsearch.look import LayerLook, Look
from tests.diagnosis.curve_cases import GUESS, constant, falling, straight
from tests.diagnosis.inside.test_rules import STEPS, found, layer, looks


def moved(share: float, largest: float) -> tuple[LayerLook, ...]:
    """Three layers whose updates are that share of their weights, and one's another."""
    each = [layer(name, weight_norm=4.0, update_norm=4.0 * share) for name in ("one", "two", "three")]
    return each[0], replace(each[1], update_norm=4.0 * largest), each[2]


def test_a_fifth_of_the_weights_in_most_looks_lets_nothing_last() -> None:
    said = found(updates_too_large, constant(GUESS), looks(*moved(0.3, 0.5)))
    assert said is not None
    assert (said.numbers["layer"], said.numbers["iteration"]) == ("two", STEPS[1] + 1), "the first one may be large"
    assert found(updates_too_large, constant(GUESS), looks(*moved(0.1, 0.5))) is None
    assert found(updates_too_large, falling(GUESS, 0.3 * GUESS), looks(*moved(0.3, 0.5))) is None, "it has learned"
    once = [Look(step, moved(0.3 if step == STEPS[1] else 0.01, 0.02)) for step in STEPS]
    assert found(updates_too_large, constant(GUESS), once) is None


def test_an_update_as_large_as_the_weights_is_told_unless_all_was_learned() -> None:
    first = [Look(step, moved(0.01 if step else 1.5, 0.02)) for step in STEPS]
    said = found(updates_too_large, falling(GUESS, 0.3 * GUESS), first)
    assert said is not None
    assert said.numbers["iteration"] == 1
    assert found(updates_too_large, falling(GUESS, 0.05 * GUESS), first) is None


def test_small_updates_take_two_looks_and_a_loss_that_is_left() -> None:
    small = looks(layer("one"), layer("two"))
    assert found(updates_too_small, straight(GUESS, 0.9 * GUESS), small) is not None
    assert found(updates_too_small, straight(GUESS, 0.9 * GUESS), small[:1]) is None
    assert found(updates_too_small, falling(GUESS, 0.05 * GUESS), small) is None

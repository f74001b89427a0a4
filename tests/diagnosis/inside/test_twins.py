"""Units that have the same weights at the start: what is told depends on whether they part."""

from collections.abc import Sequence

from hpsearch.diagnosis.inside.twins import equal_weights
from hpsearch.finding import Severity
from hpsearch.look import LayerLook, Look
from hpsearch.rulebook import Remark
from tests.diagnosis.curve_cases import falling
from tests.diagnosis.inside.test_rules import found, layer, looks


def told(at_the_start: Sequence[LayerLook], later: Sequence[LayerLook]) -> Remark | None:
    first, *others = looks(*at_the_start)
    return found(equal_weights, falling(2.3, 0.1), [first, *(Look(look.step, tuple(later)) for look in others)])


def twins(name: str, share: float) -> LayerLook:
    return layer(name, twin_share=share, weight_std=1.0)


def test_units_that_stay_twins_are_worse_than_those_that_part() -> None:
    head = twins("head", 0.0)
    stayed = told((twins("one", 1.0), head), (twins("one", 1.0), head))
    assert stayed is not None
    assert (stayed.severity, stayed.numbers["layers"]) == (None, ["one"]), "as grave as the rule itself"
    parted = told((twins("one", 1.0), head), (twins("one", 0.0), head))
    assert parted is not None
    assert parted.severity is Severity.WARNING
    assert told((twins("one", 0.4), head), (twins("one", 0.4), head)) is None


def test_an_output_layer_of_equal_weights_is_fine_where_the_classes_pull_them_apart() -> None:
    one = twins("one", 0.0)
    assert told((one, twins("head", 1.0)), (one, twins("head", 0.0))) is None
    assert told((one, twins("head", 1.0)), (one, twins("head", 1.0))) is not None

"""Networks whose way is opened by a parameter that starts at zero, or that no layer holds, are no fault."""

import pytest

from hpsearch.finding import Severity
from hpsearch.stage import StageName
from hpsearch.verdict import Outcome
from tests.recipe.gated_networks import NETWORKS
from tests.recipe.recipe_cases import study, walked

NETWORK = "tests.recipe.gated_networks:sound"


@pytest.mark.parametrize("kind", NETWORKS)
def test_nothing_is_an_error_at_the_start_while_something_can_be_learned(kind: str) -> None:
    definition = study(network={"factory": NETWORK, "kind": kind}, recipe={"initial_loss": {"seeds": 2}})
    verdicts, _ = walked(definition, (StageName.INITIAL_LOSS,))
    (verdict,) = verdicts.values()
    told = [f"{one.severity} {one.code}: {one.message}" for one in verdict.findings]
    assert verdict.outcome is Outcome.PASS, told
    assert not [one for one in verdict.findings if one.severity is Severity.ERROR]
    quiet = kind in {"rezero", "layer_scale", "gamma", "zero_head", "functional", "front_of_head"}
    assert not quiet or not [one for one in verdict.findings if one.severity is Severity.WARNING], told

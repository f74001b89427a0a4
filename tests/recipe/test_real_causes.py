"""Each stage fails on a real cause, with real training on real images, and names it."""

from typing import Any

import pytest

from hpsearch.stage import RECIPE, SANITY, StageName
from hpsearch.verdict import Outcome, Verdict
from tests.recipe.recipe_cases import codes, own_data, own_network, study, walked

INITIAL_LOSS, OVERFIT, LR_SWEEP, COARSE, FINE = RECIPE
SHORT: dict[str, Any] = {
    "initial_loss": {"seeds": 3},
    "overfit": {"batches": 2, "steps": 120},
    "lr_sweep": {"steps": 30},
}
PLAIN: dict[str, Any] = {"norm": "none", "depth": 2, "width": 8}


def walk(network: dict[str, Any], *stages: StageName, **sections: Any) -> list[Verdict]:
    verdicts, _ = walked(study(network=network, **{"recipe": SHORT, **sections}), stages)
    return [verdicts[stage] for stage in stages]


def outcomes(verdicts: list[Verdict]) -> list[Outcome]:
    return [verdict.outcome for verdict in verdicts]


def test_weights_of_zero() -> None:
    first, second = walk(own_network("zeroed", **PLAIN), INITIAL_LOSS, OVERFIT)
    assert outcomes([first, second]) == [Outcome.FAIL] * 2
    assert first.measured["loss"] == pytest.approx(first.expected["loss"])  # the loss alone looks right
    assert first.findings[0].code == "signal-lost"
    assert first.findings[0].evidence["layer"] == "conv1"
    assert codes(second) == ["loss-did-not-move"]
    assert "conv1.weight" in second.findings[0].evidence["without_gradient"]


def test_weights_of_zero_behind_random_biases() -> None:
    first, second = walk(own_network("zeroed_plain", depth=4, width=8), INITIAL_LOSS, OVERFIT)
    assert codes(first) == ["signal-lost"]
    assert codes(second) == ["loss-did-not-move"]
    assert second.outcome is Outcome.FAIL


@pytest.mark.parametrize("factory", ["tenfold", "tenfold_plain"])
def test_weights_ten_times_too_large(factory: str) -> None:
    parameters = PLAIN if factory == "tenfold" else {"depth": 2, "width": 8}
    (verdict,) = walk(own_network(factory, **parameters), INITIAL_LOSS)
    assert verdict.outcome is Outcome.FAIL
    assert codes(verdict) == ["initial-loss-off"]
    assert verdict.findings[0].evidence["layer"] == ("conv1" if factory == "tenfold" else "0")
    assert verdict.findings[0].evidence["off"] > 10


def test_weights_ten_times_too_large_explode() -> None:
    (verdict,) = walk(own_network("tenfold", norm="none", depth=3, width=8), OVERFIT)
    assert verdict.outcome is Outcome.FAIL
    assert codes(verdict) == ["loss-exploded"]


def test_a_soft_max_as_last_layer() -> None:
    (verdict,) = walk(own_network("soft_max", **PLAIN), INITIAL_LOSS)
    assert verdict.measured["loss"] == pytest.approx(verdict.expected["loss"], abs=0.01)  # the loss alone looks right
    assert verdict.outcome is Outcome.FAIL
    assert codes(verdict) == ["activation-on-output"]


def test_a_soft_max_that_no_module_shows() -> None:
    recipe = {"overfit": {"batches": 1, "steps": 400, "learning_rates": [0.1, 0.3]}}
    first, second = walk(own_network("hidden_soft_max", depth=2, width=16), INITIAL_LOSS, OVERFIT, recipe=recipe)
    assert outcomes([first, second]) == [Outcome.FAIL, Outcome.FAIL]
    assert [codes(first), codes(second)] == [["activation-on-output"], ["loss-has-a-floor"]]


def test_learning_rates_of_1e_9_only() -> None:
    fixed = {"learning_rate": 1e-9}
    second, third = walk({"name": "convnet", **PLAIN}, OVERFIT, LR_SWEEP, optimizer=fixed)
    assert outcomes([second, third]) == [Outcome.FAIL] * 2
    assert codes(second) == ["learning-rates-too-low"]
    assert codes(third) == ["learning-rate-too-low"]
    recipe = {"overfit": {"batches": 1, "steps": 20, "learning_rates": [1e-9]}}
    (second,) = walk({"name": "convnet", **PLAIN}, OVERFIT, recipe=recipe)
    assert codes(second) == ["learning-rates-too-low"]
    recipe = {"lr_sweep": {"steps": 20, "learning_rates": [1e-10, 1e-9]}}
    (third,) = walk({"name": "convnet", **PLAIN}, LR_SWEEP, optimizer={"learning_rate": 1e-9}, recipe=recipe)
    assert codes(third) == ["no-learning-rate"]


def test_a_frozen_network() -> None:
    first, second = walk(own_network("frozen", **PLAIN), INITIAL_LOSS, OVERFIT)
    assert codes(first) == ["parameters-without-gradient"]
    assert second.outcome is Outcome.FAIL
    assert codes(second) == ["loss-did-not-move"]
    assert len(second.findings[0].evidence["without_gradient"]) == 6


@pytest.mark.parametrize(("factory", "frozen"), [("frozen_head", 2), ("frozen_but_head", 4)])
def test_a_network_that_is_frozen_in_part_is_told_and_may_learn(factory: str, frozen: int) -> None:
    (verdict,) = walk(own_network(factory, **PLAIN), INITIAL_LOSS)
    assert verdict.outcome is Outcome.PASS
    assert len(verdict.findings[0].evidence["parameters"]) == frozen


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("factory", ["shuffled", "shuffled_quantities"])
def test_shuffled_labels_are_noticed_by_the_end_of_coarse(factory: str, seed: int) -> None:
    recipe = {**SHORT, "coarse": {"trials": 4, "epochs": 2}}
    data = own_data(factory, options={"seed": seed})
    _, verdict = walk({"name": "convnet", **PLAIN}, LR_SWEEP, COARSE, data=data, recipe=recipe)
    assert verdict.outcome is Outcome.FAIL
    assert "nothing-generalises" in codes(verdict)


def test_a_network_that_raises() -> None:
    recipe = {**SHORT, "coarse": {"trials": 2, "epochs": 1}, "fine": {"trials": 2, "epochs": 1}}
    verdicts = walk(own_network("broken"), *RECIPE, recipe=recipe)
    assert outcomes(verdicts) == [Outcome.FAIL] * 5
    assert all("the user's own mistake" in str(verdict.findings[0]) for verdict in verdicts)


def test_what_looks_odd_and_is_sound_passes() -> None:
    for factory in ("zero_head", "residual"):
        recipe = {**SHORT, "overfit": {"batches": 2, "learning_rates": [0.03, 0.1]}}
        verdicts = walk(own_network(factory), *SANITY, recipe=recipe)
        assert outcomes(verdicts) == [Outcome.PASS] * 3, factory
        assert all(finding.severity == "info" for verdict in verdicts for finding in verdict.findings)

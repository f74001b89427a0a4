"""Every rule finds what it is for, and lets near misses pass."""

import json

import pytest

from hpsearch.advice.advise import advise_network
from hpsearch.advice.remark import Rule
from hpsearch.advice.sources import TRIED
from hpsearch.advice.table import ADVICE
from hpsearch.advice.training_table import TRAINING
from hpsearch.rule import RULES
from tests.advice.pairs import PAIRS, Pair

CLOSELY = {"HP408"}
"""Asked of networks that are built once more, in tests of their own."""
IDS = [f"{pair.code}-{number}" for number, pair in enumerate(PAIRS)]


@pytest.mark.parametrize("pair", PAIRS, ids=IDS)
def test_a_rule_finds_its_network(pair: Pair) -> None:
    (finding,) = advise_network(pair.bad(), pair.purpose, {pair.code})
    assert (finding.code, finding.severity) == (pair.code, pair.severity)
    assert pair.said in finding.message
    assert finding.evidence
    assert json.loads(json.dumps(dict(finding.evidence), allow_nan=False)) == finding.evidence
    assert finding.advice
    assert finding.source or ADVICE[finding.code].source == TRIED


@pytest.mark.parametrize("pair", PAIRS, ids=IDS)
def test_a_near_miss_is_none(pair: Pair) -> None:
    assert advise_network(pair.near(), pair.purpose, {pair.code, "HP401"}) == ()


def test_every_rule_has_a_pair() -> None:
    assert {pair.code for pair in PAIRS} | CLOSELY == set(ADVICE)


def test_the_codes_on_the_ground_are_those_of_the_rules() -> None:
    every = {**ADVICE, **TRAINING}
    assert list(every) == list(RULES)
    assert [rule.look.__name__.replace("_", "-") for rule in every.values()] == list(RULES.values())


@pytest.mark.parametrize("rule", ADVICE.values(), ids=ADVICE)
def test_a_rule_says_why(rule: Rule) -> None:
    title, _, reason = rule.text.partition("\n\n")
    assert title.endswith(".")
    assert len(reason) > 60

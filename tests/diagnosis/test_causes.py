"""What is told of several findings: reasons, as grave as what they explain."""

from graphlib import TopologicalSorter
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from hpsearch.diagnosis.diagnose import TRIAL_RULES, causes, explaining
from hpsearch.finding import SEVEREST_FIRST, Severity
from hpsearch.rulebook import Remark

PAIRS = [(reason, code) for code in TRIAL_RULES for reason in sorted(explaining(code))]


def noticed(codes: set[str], **severities: Severity) -> dict[str, Remark]:
    return {code: Remark("as it is", severity=severities.get(code)) for code in codes}


def test_a_reason_is_as_grave_as_what_it_explains() -> None:
    for reason, code in PAIRS:
        (told,) = causes(noticed({reason, code})).items()
        gravest = min(TRIAL_RULES[reason].severity, TRIAL_RULES[code].severity, key=SEVEREST_FIRST.index)
        assert told == (reason, gravest)


def test_no_finding_explains_itself_by_way_of_others() -> None:
    order = TopologicalSorter({code: explaining(code) for code in TRIAL_RULES}).static_order()
    assert set(order) == set(TRIAL_RULES)
    every = causes(noticed(set(TRIAL_RULES)))
    assert Severity.ERROR in every.values()


def test_an_extreme_setting_stays_a_warning_and_the_error_is_told_beside_it() -> None:
    told = causes(noticed({"HC103", "HC201", "HC209"}))
    assert told == {"HC103": Severity.ERROR, "HC209": Severity.WARNING}
    assert causes(noticed({"HC103", "HC209"})) == {"HC209": Severity.WARNING}


def test_a_remark_explains_no_more_than_it_says() -> None:
    found = noticed({"HC107", "HC202"}) | {"HC209": Remark("as it is", explains=frozenset({"HC107"}))}
    assert set(causes(found)) == {"HC202", "HC209"}


def test_information_explains_nothing() -> None:
    for reason, code in PAIRS:
        assert set(causes(noticed({reason, code}, **{reason: Severity.INFO}))) == {reason, code}


def test_what_is_explained_by_way_of_another_counts_too() -> None:
    ways = [(first, last) for first, last in pairwise(("HC322", "HC311", "HC201"))]
    assert all(reason in explaining(code) for reason, code in ways)
    assert causes(noticed({"HC322", "HC311", "HC201"})) == {"HC322": Severity.ERROR}


@given(st.sets(st.sampled_from(sorted(TRIAL_RULES)), min_size=1))
def test_no_error_is_hidden(codes: set[str]) -> None:
    told = causes(noticed(codes))
    gravest = min((TRIAL_RULES[code].severity for code in codes), key=SEVEREST_FIRST.index)
    assert set(told) <= codes
    assert gravest in told.values()

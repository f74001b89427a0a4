"""Published detectors on the later parts of the catalogue: what their documents call each kind."""

import pytest

from benchmarks.diagnosis.fourth_data import GAUGES_DATA
from benchmarks.diagnosis.parts import PARTS
from benchmarks.diagnosis.rivals import fifth_families, fourth_families, second_families
from benchmarks.diagnosis.rivals.families import FAMILIES, families_of
from benchmarks.diagnosis.rivals.scoring import RULES

NOT_DESCRIBED = second_families.NOT_DESCRIBED | fourth_families.NOT_DESCRIBED | fifth_families.NOT_DESCRIBED


@pytest.mark.parametrize("part", ["second", "third", "fourth", "fifth"])
def test_every_kind_of_a_later_part_is_in_the_words_of_the_rules_or_said_not_to_be(part: str) -> None:
    kinds = {case.kind.name for case in PARTS[part]() if not case.sound and case.data not in GAUGES_DATA}
    assert {kind for kind in kinds if not families_of(kind)} == kinds & NOT_DESCRIBED


def test_a_family_is_one_that_a_rule_detects_of_a_kind_that_there_is() -> None:
    assert set().union(*FAMILIES.values()) <= set().union(*(rule.detects for rule in RULES))
    third = {*second_families.SECOND_FAMILIES, *second_families.THIRD_FAMILIES}
    later = {*third, *fourth_families.FOURTH_FAMILIES, *fifth_families.FIFTH_FAMILIES}
    assert later | NOT_DESCRIBED <= {case.kind.name for part in PARTS.values() for case in part()}

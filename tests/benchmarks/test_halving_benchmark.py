"""The two searches that halving is measured by, and what is told of them."""

import json
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from benchmarks.halving.__main__ import known
from benchmarks.halving.rows import Options, Row, quartiles, summary, table
from benchmarks.halving.search import Search
from benchmarks.halving.task import definition
from hpsearch.stage import Halving
from hpsearch.trial import TrialState

OPTIONS = Options(64, 12, 2, 0.5, "constant", 4)
ROW = Row(0, 10.0, 5.0, 768, 0.95, 0.94, 4.0, 288, 0.95, 0.94, 1, 3.9, 4.0, (), OPTIONS)
MISSED = replace(ROW, halved_accuracy=0.94, rounds=3, reached_s=None, spent_s=12.0)


def test_who_never_came_to_the_accuracy_counts_with_all_the_time_it_had() -> None:
    first = table([ROW, MISSED]).splitlines()[2]
    assert first.startswith("| time to the accuracy / the whole search without halving | 0.39 |")
    assert first.endswith("| 1.20 |")
    text = summary([ROW, MISSED])
    assert "reached by 1 of 2: 1 in round 1; 1 not at all" in text
    assert "the best accuracy was lower for 1 of 2, by 0.0100 at most" in text
    assert quartiles([3.0]) == (3.0,) * 5


def test_rows_of_other_options_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "rows.jsonl"
    assert known(file, OPTIONS) == []
    file.write_text(json.dumps(asdict(ROW)) + "\n")
    assert [replace(row, curves=()) for row in known(file, OPTIONS)] == [ROW]
    older = {name: one for name, one in asdict(ROW).items() if name != "options"}
    with pytest.raises(SystemExit, match=r"line 1: measured with .*'keep': 0.5.* another file"):
        known(file, replace(OPTIONS, keep=0.25))
    file.write_text(json.dumps(older) + "\n")
    with pytest.raises(SystemExit, match="does not tell"):
        known(file, OPTIONS)


def test_a_halved_search_takes_the_same_points_and_goes_on_at_others(tmp_path: Path) -> None:
    plain_definition, halved_definition = definition(0, None), definition(0, Halving())
    for one in (plain_definition, halved_definition):
        one["recipe"]["coarse"] |= {"trials": 4, "epochs": 3}
    plain, halved = Search(plain_definition, tmp_path / "plain"), Search(halved_definition, tmp_path / "halved")
    for search in (plain, halved, halved):
        search.one_round()
    assert [len(curve) for curve in plain.curves()] == [3] * 4
    assert sorted(len(curve) for curve in halved.curves()[:4]) == [2, 2, 3, 3]
    assert (plain.epochs, halved.epochs, halved.rounds) == (12, 20, 2)
    for whole, part in zip(plain.curves(), halved.curves(), strict=False):
        assert part[:2] == [pytest.approx(epoch, abs=1e-3) for epoch in whole[:2]]
    assert {one.job.number for one in halved.ended} == set(range(8))
    assert [one.at_s for one in halved.ended] == sorted(one.at_s for one in halved.ended)
    assert all(one.value == -1 for one in halved.ended if one.result.state is TrialState.PRUNED)
    assert halved.has(halved.best().value)
    assert not halved.has(halved.best().value + 1e-9)

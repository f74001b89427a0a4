"""From a definition, or a network, to findings."""

import json
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from torch import nn

from hpsearch.advice.facts import Facts, Kind, Purpose
from hpsearch.advice.gathering import facts_of_network, facts_of_settings
from hpsearch.advice.hidden import hidden_by_unregistered
from hpsearch.advice.planned import advise_training
from hpsearch.advice.points import Values, deciding, points
from hpsearch.advice.remark import Remark, Rule
from hpsearch.advice.sources import TRIED
from hpsearch.advice.table import ADVICE
from hpsearch.advice.training import Training
from hpsearch.finding import SEVEREST_FIRST, Finding, severest_first
from hpsearch.job import network_settings
from hpsearch.rule import RULES, chosen
from hpsearch.space import is_distribution
from hpsearch.study import StudyDefinition
from hpsearch.task import Task

COUNTED = frozenset({"HP106", "HP107"})
"""Rules that look at what the layers cost."""
MOST_NAMED = 4
"""Layers that a message names; the evidence has all."""
NUMBER = re.compile(r"\d+(?:[.,]\d+)*(?:e[+-]?\d+)?")
"""In a sentence: what may differ from point to point of the same."""
BEHAVIOUR = frozenset({"HP401", "HP403", "HP404", "HP405", "HP406", "HP408"})
"""Errors of what the forward pass does, which no training shows plainly."""


@dataclass(frozen=True)
class _Told:
    """A finding in the words of its gravest remark, and the layers of which the same is to be said."""

    finding: Finding
    others: tuple[str, ...]

    def worded(self) -> Finding:
        if not self.others:
            return self.finding
        message = f"{self.finding.message} (likewise {_enumerated(self.others)})"
        return replace(self.finding, message=message)


@dataclass(frozen=True)
class _Noticed:
    """One finding at one point of the space."""

    told: _Told
    point: Values


def advise(definition: StudyDefinition, task: Task) -> tuple[Finding, ...]:
    """What the rules that the definition selects find about how it is to be trained, and about its network at the
    centre of the space and at its corners.

    Errors first, then by code. A finding that is the same at several points, whatever other layers it is about there,
    is told once; one that is not there at all of them says for which hyperparameters. Raises nothing for a network
    that cannot be built: that is a finding.
    """
    network, advice = definition.network, definition.advice
    purpose = Purpose(task.input_shape, task.outputs, task.is_classification, advice.object_size)
    codes = chosen(advice.select, advice.ignore)
    costs = not COUNTED.isdisjoint(codes)
    looked_at = points(network.parameters)
    seen = [
        facts_of_settings(network_settings(network, point), purpose, costs=costs, closely=point is looked_at[0])
        for point in looked_at
    ]
    noticed = [
        _Noticed(told, point) for point, facts in zip(looked_at, seen, strict=True) for told in _told(facts, codes)
    ]
    searched = [key for key, value in network.parameters.items() if is_distribution(value)]
    training = Training(definition, task, sum(map(_has_batch_norm, seen)), len(seen))
    return severest_first([*_merged(noticed, looked_at, searched), *advise_training(training, codes)])


def advise_behaviour(definition: StudyDefinition, task: Task) -> tuple[Finding, ...]:
    """What the rules that the definition selects find wrong in the forward pass of a user's own network, at the centre
    of the space; a named one is tried in this project's own tests."""
    network, advice = definition.network, definition.advice
    codes = BEHAVIOUR & chosen(advice.select, advice.ignore)
    if network.factory is None or not codes:
        return ()
    purpose = Purpose(task.input_shape, task.outputs, task.is_classification, advice.object_size)
    centre = points(network.parameters)[0]
    return severest_first(
        findings_of(facts_of_settings(network_settings(network, centre), purpose, costs=False), codes)
    )


def _has_batch_norm(facts: Facts) -> bool:
    """Not instance norm, which looks at each sample alone."""
    return any(call.function == "batch_norm" for call in facts.of(Kind.BATCH_NORM))


def advise_network(
    network: nn.Module, purpose: Purpose, codes: Collection[str] = frozenset(RULES)
) -> tuple[Finding, ...]:
    """What the rules find about one network; see ``facts_of_network`` for what happens to it."""
    return severest_first(findings_of(facts_of_network(network, purpose, costs=not COUNTED.isdisjoint(codes)), codes))


def findings_of(facts: Facts, codes: Collection[str]) -> tuple[Finding, ...]:
    """One finding for each rule among ``codes`` that has something to say, in the order of the codes."""
    return tuple(told.worded() for told in _told(facts, codes))


def _told(facts: Facts, codes: Collection[str]) -> list[_Told]:
    codes = frozenset(codes)
    hidden = hidden_by_unregistered(facts, codes)
    found = [(rule, list(rule.look(facts))) for code, rule in ADVICE.items() if code in codes - hidden]
    return [_finding(rule, remarks) for rule, remarks in found if remarks]


def _finding(rule: Rule, remarks: list[Remark]) -> _Told:
    """The gravest remark in words, and the numbers of all."""
    remarks = sorted(_distinct(remarks), key=lambda remark: SEVEREST_FIRST.index(remark.severity or rule.severity))
    first, *others = remarks
    layers = [{"layer": remark.layer, **remark.numbers} for remark in remarks if remark.layer]
    evidence: dict[str, Any] = {"layers": layers} if layers else dict(first.numbers)
    severity = first.severity or rule.severity
    source = "" if rule.source == TRIED else rule.source  # the pass is no work to be read
    finding = Finding(rule.code, severity, first.sentence, evidence, first.advice or rule.advice, source)
    return _Told(finding, tuple(dict.fromkeys(other.layer for other in others)))


def _distinct(remarks: Iterable[Remark]) -> list[Remark]:
    """Without those that a layer has earned already: it may be called twice."""
    kept: dict[tuple[str, str], Remark] = {}
    for remark in remarks:
        kept.setdefault((remark.layer, remark.sentence), remark)
    return list(kept.values())


def _merged(noticed: Iterable[_Noticed], looked_at: tuple[Values, ...], searched: list[str]) -> list[Finding]:
    """One finding for what differs from point to point by its numbers alone."""
    groups: dict[tuple[str, str, str, str], list[_Noticed]] = {}
    for one in noticed:
        finding = one.told.finding
        sentence = NUMBER.sub("#", finding.message)
        groups.setdefault((finding.code, finding.severity, _layer(finding), sentence), []).append(one)
    return [_of_points(group, looked_at, searched) for group in groups.values()]


def _layer(finding: Finding) -> str:
    layers = finding.evidence.get("layers")
    return str(layers[0]["layer"]) if layers else ""


def _of_points(group: list[_Noticed], looked_at: tuple[Values, ...], searched: list[str]) -> Finding:
    """In the words of the first point: that is the centre of the space where it is among them."""
    found = [one.point for one in group]
    others = [point for point in looked_at if point not in found]
    first, *differing = dict.fromkeys(one.told.finding.message for one in group)
    alike = [one.told for one in group if one.told.finding.message == first]
    widest = max(alike, key=lambda told: len(told.others)).finding
    elsewhere = [_numbers(message, first) for message in differing]
    finding = _Told(widest, tuple(dict.fromkeys(name for one in group for name in one.told.others))).worded()
    if elsewhere:
        finding = replace(finding, evidence={**finding.evidence, "at_other_points": elsewhere})
    keys = deciding(found, others, searched)
    if not keys:
        return finding
    where = list(dict.fromkeys(json.dumps({key: point[key] for key in keys}) for point in found))
    values: list[Mapping[str, Any]] = [json.loads(one) for one in where]
    words = "; ".join(", ".join(f"{key} {value}" for key, value in one.items()) for one in values)
    return replace(
        finding,
        message=f"{finding.message} — at {words}",
        evidence={**finding.evidence, "hyperparameters": values},
    )


def _numbers(message: str, first: str) -> str:
    """Those of a message that another one, of the same words, has otherwise."""
    pairs = zip(NUMBER.findall(message), NUMBER.findall(first), strict=True)
    return ", ".join(number for number, other in pairs if number != other)


def _enumerated(names: Sequence[str]) -> str:
    """``a, b and c``, or the first few and how many more."""
    shown, more = names[:MOST_NAMED], len(names) - MOST_NAMED
    if more > 0:
        return f"{', '.join(shown)} and {more} more"
    return f"{', '.join(shown[:-1])} and {shown[-1]}" if len(shown) > 1 else shown[0]

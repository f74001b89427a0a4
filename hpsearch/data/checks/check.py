"""From a loaded data set to findings."""

from collections.abc import Iterable

import torch

from hpsearch.data.checks.facts import Facts
from hpsearch.data.checks.rule import DataRule
from hpsearch.data.checks.table import DATA_CHECKS
from hpsearch.data.dataset import Dataset
from hpsearch.errors import DefinitionError, Problem, did_you_mean
from hpsearch.finding import Finding, severest_first
from hpsearch.rule import OF_DATA
from hpsearch.rulebook import Remark


def check_data(dataset: Dataset, select: Iterable[str] = (OF_DATA,), ignore: Iterable[str] = ()) -> tuple[Finding, ...]:
    """What the chosen checks find; errors first, then by code. Nothing is trained and nothing is changed.

    ``select`` and ``ignore`` are codes such as HD301 or beginnings of codes such as HD3; raises DefinitionError for one
    that no check has. The data set may be any: one that ``load_dataset`` would refuse is told of in findings. The test
    split is looked at for defects and never by a model. Equal data give equal findings, whatever was drawn before.
    """
    codes = _chosen(tuple(select), tuple(ignore))
    facts = Facts(dataset)
    with torch.no_grad():
        noticed = [(rule, facts.once(rule.look)) for code, rule in DATA_CHECKS.items() if code in codes]
    findings = [_finding(rule, remark) for rule, remark in noticed if remark is not None]
    return severest_first(findings)


def _finding(rule: DataRule, remark: Remark) -> Finding:
    severity = remark.severity or rule.severity
    return Finding(rule.code, severity, remark.sentence, remark.numbers, rule.advice, rule.source)


def _chosen(select: tuple[str, ...], ignore: tuple[str, ...]) -> frozenset[str]:
    problems = [
        Problem(path, code, "no check of data has such a code", f"{did_you_mean(code, DATA_CHECKS)}See docs/findings.")
        for path, codes in (("select", select), ("ignore", ignore))
        for code in codes
        if not code or not any(known.startswith(code) for known in DATA_CHECKS)
    ]
    if problems:
        raise DefinitionError(problems)
    return frozenset(code for code in DATA_CHECKS if code.startswith(select) and not code.startswith(ignore))

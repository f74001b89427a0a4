"""A page on each rule, made from its docstring: ``python -m hpsearch.diagnosis.pages docs/findings``."""

import sys
from pathlib import Path

from hpsearch.diagnosis.table import CURVE_RULES
from hpsearch.rulebook import Rulebook

GROUPS = {"HC1": "How the weights are changed", "HC2": "How well the network fits"}
HEAD = """# Findings from curves

What the recorded losses and accuracies of a trial say about its training. Each rule has a code that keeps its meaning.
How often the rules are right on seeded faults is measured by `python -m benchmarks.diagnosis`; on architectures and
data that they were not made on they find about seven in ten (docs/decisions/0088).
They are no part of a study's verdicts and reports yet; `hpsearch.diagnosis.diagnose` and `.stage` are to be called from
Python.
"""
BOOK = Rulebook(CURVE_RULES, "curves.md", HEAD, GROUPS, "What to try next", lambda code: CURVE_RULES[code].explained_by)

if __name__ == "__main__":
    BOOK.write(Path(sys.argv[1]))

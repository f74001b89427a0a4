"""A page on each rule, made from its docstring: ``python -m hpsearch.diagnosis.pages docs/findings``."""

import sys
from pathlib import Path

from hpsearch.diagnosis.diagnose import TRIAL_RULES, explaining
from hpsearch.rulebook import Rulebook

GROUPS = {
    "HC1": "How the weights are changed",
    "HC2": "How well the network fits",
    "HC3": "Inside the network",
}
HEAD = """# Findings from trainings

What the recorded losses and accuracies of a trial say about its training (HC1, HC2), and what looks inside its network
in some of its iterations say (HC3, see docs/training.md). Each rule has a code that keeps its meaning.
How often the rules are right on seeded faults is measured by `python -m benchmarks.diagnosis`; on architectures and
faults that they were not made on they find about nine in ten (docs/diagnosis.md).
A training that surely ended badly, and of which no rule has an error or a warning, is told the state that it is in, as
HC105, HC201, HC202, HC203 or HC204 and on less evidence than theirs: it never ends with nothing said.
What the best trials of a search have in common, and what its very best one shows when it is over, is told with its
verdict (docs/steering.md); what a single trial shows, by `hpsearch show STUDY --stage fine --trial 3`. From Python:
`hpsearch.diagnosis.diagnose`.
"""
BOOK = Rulebook(TRIAL_RULES, "curves.md", HEAD, GROUPS, "What to try next", explaining)

if __name__ == "__main__":
    BOOK.write(Path(sys.argv[1]))

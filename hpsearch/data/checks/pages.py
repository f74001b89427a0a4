"""A page on each check, made from its docstring: ``python -m hpsearch.data.checks.pages docs/findings``."""

import sys
from pathlib import Path

from hpsearch.data.checks.table import DATA_CHECKS
from hpsearch.rulebook import Rulebook

GROUPS = {
    "HD1": "Pixels",
    "HD2": "Labels, and how they are divided",
    "HD3": "Images that are there more than once",
    "HD4": "What can be learned",
}
HEAD = """# Checks of data

Before anything is trained the loaded data are looked at. Each check has a code that keeps its meaning. In Python,
`check_data(dataset, select=…, ignore=…)` of `hpsearch.data.checks.check` chooses checks by codes or beginnings of
codes; `hpsearch check`, `hpsearch run` and the service do all but those that the definition leaves out by
`data.checks.ignore`. An error stops a study before anything is trained; HD301 and HD302 are errors above a tenth. The
checks are silent on the named data sets, `digits` and `shapes`.
"""
BOOK = Rulebook(DATA_CHECKS, "data.md", HEAD, GROUPS)

if __name__ == "__main__":
    BOOK.write(Path(sys.argv[1]))

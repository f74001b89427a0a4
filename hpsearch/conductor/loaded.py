"""What is known of a study's data and network once they were loaded."""

from dataclasses import dataclass

from hpsearch.finding import Finding
from hpsearch.task import Task


@dataclass(frozen=True)
class Loaded:
    """What the process that has loaded them tells the conductor."""

    task: Task
    found: tuple[Finding, ...] = ()
    """By the checks of the data; errors first."""
    behaviour: tuple[Finding, ...] = ()
    """What the forward pass of the user's own network does wrong; looked for where the data are checked."""

"""What a check of the data is."""

from hpsearch.data.checks.facts import Facts
from hpsearch.rulebook import Rule


class DataRule(Rule[Facts]):
    """One check; its code is HD and three digits."""

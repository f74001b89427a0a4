"""How images and maps of a cohort lie in memory."""

from typing import Literal

from hpsearch.cohort import Arrangement, Cohort

MemoryFormat = Literal["auto", "contiguous", "channels_last"]
"""As in an arrangement."""


def stacked_channels_last(arrangement: Arrangement, device: str) -> bool:
    """Where they are stacked, which asks no layout of them, whoever wrote the network."""
    return device == "cpu" if arrangement.memory_format == "auto" else arrangement.memory_format == "channels_last"


def alone_channels_last(cohort: Cohort, device: str) -> bool:
    """A user's own network may view its maps as they lie in memory: only a named one gets another layout by default,
    and none where it was stacked before."""
    chosen = cohort.arrangement.memory_format
    if chosen == "auto" or cohort.arrangement.stacked:
        return cohort.jobs[0].network.name is not None and device == "cpu"
    return chosen == "channels_last"

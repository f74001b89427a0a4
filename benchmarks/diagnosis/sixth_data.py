"""The data sets of the sixth part by name: twelve with classes, and two regressions."""

from collections.abc import Callable

from benchmarks.diagnosis.sixth_measurements import arrows, boards, colonies, multiplets, radar, terrain
from benchmarks.diagnosis.sixth_pictures import (
    castings,
    films,
    galaxies,
    house_numbers,
    runes,
    scenery,
    sketches,
    words,
)

SIXTH_DATA: dict[str, Callable[[], tuple[object, object]]] = {
    function.__name__: function
    for function in (
        *(castings, terrain, house_numbers, boards, galaxies, words),
        *(multiplets, scenery, films, runes, radar, sketches),
    )
}
"""Those with classes, in the order in which kinds take them in turn."""
SIXTH_REGRESSIONS: dict[str, Callable[[], tuple[object, object]]] = {"colonies": colonies, "arrows": arrows}

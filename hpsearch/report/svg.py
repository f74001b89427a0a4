"""Small charts as SVG, to stand inside a page: no script, no font, no file from elsewhere."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from html import escape

from hpsearch.report.words import number_words

WIDTH, HEIGHT = 520, 260
LEFT, RIGHT, TOP, BOTTOM = 64, 14, 14, 46
"""Margins in pixels: room for the numbers of the axes."""
TICKS = 5
"""Of a linear axis, about."""
FEW_DECADES = 2.5
"""A logarithmic axis of fewer has marks at 2 and 5 as well."""
LARGEST = 1e290
"""No arithmetic on numbers up to this overflows; what lies beyond is not drawn."""
MOST_POINTS = 400
"""Of one line: more cannot be seen at this width."""


@dataclass(frozen=True)
class Series:
    """Points of one kind."""

    name: str
    points: tuple[tuple[float, float], ...]
    colour: int = 1
    """Which of the page's colours, from 1."""
    as_line: bool = True
    faint: bool = False
    titles: tuple[str, ...] = ()
    """What is told of each dot under the pointer; none for lines."""


@dataclass(frozen=True)
class Axis:
    """One direction of a chart."""

    title: str
    logarithmic: bool = False
    words: tuple[str, ...] = ()
    """Of an axis of words: the value at 0, 1, 2 …"""


@dataclass(frozen=True)
class Chart:
    """A chart with its axes."""

    title: str
    across: Axis
    up: Axis
    series: tuple[Series, ...]
    levels: tuple[tuple[str, float], ...] = field(default=())
    """Named values that a horizontal line is drawn at."""


@dataclass(frozen=True)
class Scale:
    """From values to pixels."""

    axis: Axis
    low: float
    high: float
    start: float
    end: float

    def place(self, value: float) -> float:
        """Pixels from the left or from the top."""
        at = math.log10(value) if self.axis.logarithmic else value
        return self.start + (at - self.low) / (self.high - self.low) * (self.end - self.start)

    def ticks(self) -> list[tuple[float, str]]:
        """Pixels and words of the marks along the axis."""
        if self.axis.words:
            return [(self.place(index), word) for index, word in enumerate(self.axis.words)]
        if self.axis.logarithmic:
            powers = range(math.floor(self.low), math.ceil(self.high) + 1)
            factors = (1, 2, 5) if self.high - self.low < FEW_DECADES else (1,)
            marks = [factor * 10.0**power for power in powers for factor in factors]
            inside = [mark for mark in marks if self.low <= math.log10(mark) <= self.high]
            every = max(1, -(-len(inside) // (TICKS + 2)))
            return [(self.place(mark), number_words(mark)) for mark in inside[::every]]
        step = _step(self.high - self.low)
        first, last = math.ceil(self.low / step - 1e-9), math.floor(self.high / step + 1e-9)
        return [(self.place(mark * step), number_words(mark * step)) for mark in range(first, last + 1)]


def svg(chart: Chart) -> str:
    """The chart as one element; values that are not finite, or not positive on a logarithmic axis, are left out."""
    series = [(one, _drawable(one, chart)) for one in chart.series]
    points = [point for _, drawn in series for point, _ in drawn]
    if not points:
        return ""
    across = _scale(chart.across, [x for x, _ in points], LEFT, WIDTH - RIGHT)
    levels = [level for _, level in chart.levels if _fits(level, chart.up)]
    up = _scale(chart.up, [*(y for _, y in points), *levels], HEIGHT - BOTTOM, TOP)
    parts = [*_frame(chart, across, up)]
    parts += [_level(name, up.place(level)) for name, level in chart.levels if _fits(level, chart.up)]
    for one, drawn in series:
        placed = [(across.place(x), up.place(y)) for (x, y), _ in drawn]
        titles = [title for _, title in drawn]
        parts.append(_line(one, placed) if one.as_line else _dots(one, placed, titles))
    label = escape(chart.title, quote=True)
    return f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{label}">{"".join(parts)}</svg>'


def thinned(values: Sequence[tuple[float, float]]) -> tuple[tuple[float, float], ...]:
    """At most about ``MOST_POINTS`` of the points, evenly spread, the last one included."""
    every = max(1, -(-len(values) // MOST_POINTS))
    return tuple(value for index, value in enumerate(values) if index % every == 0 or index == len(values) - 1)


def _drawable(series: Series, chart: Chart) -> list[tuple[tuple[float, float], str]]:
    titles = series.titles or ("",) * len(series.points)
    return [
        (point, title)
        for point, title in zip(series.points, titles, strict=True)
        if _fits(point[0], chart.across) and _fits(point[1], chart.up)
    ]


def _fits(value: float, axis: Axis) -> bool:
    return abs(value) <= LARGEST and (not axis.logarithmic or value >= 1 / LARGEST)  # neither holds of NaN


def _scale(axis: Axis, values: Sequence[float], start: float, end: float) -> Scale:
    if axis.words:
        return Scale(axis, -0.5, len(axis.words) - 0.5, start, end)
    found = [math.log10(value) for value in values] if axis.logarithmic else list(values)
    low, high = min(found), max(found)
    room = (high - low) * 0.04 or (0.3 if axis.logarithmic else abs(high) * 0.1) or 1.0
    return Scale(axis, low - room, high + room, start, end)


def _step(width: float) -> float:
    """A round distance between marks: 1, 2 or 5 times a power of ten."""
    rough = width / TICKS
    power = 10.0 ** math.floor(math.log10(rough))
    return next(factor * power for factor in (1, 2, 5, 10) if factor * power >= rough * 0.999)


def _frame(chart: Chart, across: Scale, up: Scale) -> Iterable[str]:
    for place, word in across.ticks():
        yield f'<line class="grid" x1="{place:.1f}" y1="{TOP}" x2="{place:.1f}" y2="{HEIGHT - BOTTOM}"/>'
        yield f'<text x="{place:.1f}" y="{HEIGHT - BOTTOM + 16}" text-anchor="middle">{escape(_short(word))}</text>'
    for place, word in up.ticks():
        yield f'<line class="grid" x1="{LEFT}" y1="{place:.1f}" x2="{WIDTH - RIGHT}" y2="{place:.1f}"/>'
        yield f'<text x="{LEFT - 6}" y="{place + 4:.1f}" text-anchor="end">{escape(word)}</text>'
    middle = (LEFT + WIDTH - RIGHT) / 2
    yield f'<text class="axis" x="{middle}" y="{HEIGHT - 8}" text-anchor="middle">{escape(chart.across.title)}</text>'
    turned = f'transform="translate(13 {(TOP + HEIGHT - BOTTOM) / 2}) rotate(-90)"'
    yield f'<text class="axis" {turned} text-anchor="middle">{escape(chart.up.title)}</text>'


def _level(name: str, place: float) -> str:
    return (
        f'<line class="level" x1="{LEFT}" y1="{place:.1f}" x2="{WIDTH - RIGHT}" y2="{place:.1f}"/>'
        f'<text x="{WIDTH - RIGHT - 4}" y="{place - 4:.1f}" text-anchor="end">{escape(name)}</text>'
    )


def _line(series: Series, placed: Sequence[tuple[float, float]]) -> str:
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in placed)
    faint = " faint" if series.faint else ""
    return f'<polyline class="line c{series.colour}{faint}" points="{path}"/>'


def _dots(series: Series, placed: Sequence[tuple[float, float]], titles: Sequence[str]) -> str:
    return "".join(
        f'<circle class="dot c{series.colour}" cx="{x:.1f}" cy="{y:.1f}" r="3.5">'
        f"<title>{escape(title)}</title></circle>"
        for (x, y), title in zip(placed, titles, strict=True)
    )


def _short(word: str) -> str:
    return word if len(word) <= 12 else f"{word[:11]}…"

"""The data sets of the fifth part: blossoms, calls, dice, plots of land, tags, and balls to be found."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from benchmarks.diagnosis.second_data import Drawn, Images, Plane, _pixels
from benchmarks.diagnosis.third_data import _stroke

BLOSSOMS, CALLS, DICE, PLOTS, TAGS, BALLS = 1_300, 1_200, 1_500, 1_000, 2_000, 1_400
"""Samples, validation and test among them."""
LEAVES = (0, 3, 4, 5, 8)
"""How many each kind of blossom has; none: it is round."""
PIPS: tuple[tuple[tuple[int, int], ...], ...] = (
    ((0, 0),),
    ((-1, -1), (1, 1)),
    ((-1, -1), (0, 0), (1, 1)),
    ((-1, -1), (-1, 1), (1, -1), (1, 1)),
    ((-1, -1), (-1, 1), (0, 0), (1, -1), (1, 1)),
    ((-1, -1), (-1, 0), (-1, 1), (1, -1), (1, 0), (1, 1)),
)
"""Of each face: row and column, in units of the distance from the middle."""
LAND = ((40, 60, 110, 30), (60, 110, 55, 190), (120, 115, 75, 140))
"""Of water, forest and field: red, green, blue, infrared."""


def blossoms() -> Drawn:
    """Blossoms seen from above (N, 3, 20, 20), of any colour and turn: a class for each number of leaves."""
    draw = np.random.default_rng(51)
    labels = draw.permutation(np.arange(BLOSSOMS, dtype=np.int64) % len(LEAVES))
    return _pixels(np.stack([_blossom(LEAVES[label], draw) for label in labels])), labels


def calls() -> Drawn:
    """Spectrograms of a call (N, 1, 24, 24): its tone rises, falls, stays, or trembles."""
    draw = np.random.default_rng(52)
    labels = draw.permutation(np.arange(CALLS, dtype=np.int64) % 4)
    return _pixels(np.stack([_call(int(label), draw) for label in labels])[:, None]), labels


def dice() -> Drawn:
    """A face of a die (N, 1, 14, 14), turned a little, dark on light or light on dark."""
    draw = np.random.default_rng(53)
    labels = draw.permutation(np.arange(DICE, dtype=np.int64) % len(PIPS))
    return _pixels(np.stack([_die(int(label), draw) for label in labels])[:, None]), labels


def plots() -> Drawn:
    """Land from above in four bands (N, 4, 12, 12): water, forest, or field; some haze over it."""
    draw = np.random.default_rng(54)
    labels = draw.permutation(np.arange(PLOTS, dtype=np.int64) % len(LAND))
    return _pixels(np.stack([_plot(int(label), draw) for label in labels])), labels


def tags() -> Drawn:
    """Four marks in a square (N, 1, 16, 16), each a dot or a ring: a class for each of the sixteen ways."""
    draw = np.random.default_rng(55)
    labels = draw.permutation(np.arange(TAGS, dtype=np.int64) % 16)
    return _pixels(np.stack([_tag(int(label), draw) for label in labels])[:, None]), labels


def balls() -> tuple[Images, NDArray[np.float32]]:
    """A ball on a lawn (N, 3, 18, 18), and its row and column in pixels from the middle (N, 2)."""
    draw = np.random.default_rng(56)
    places = draw.uniform(-6.0, 6.0, (BALLS, 2))
    images = _pixels(np.stack([_ball(float(place[0]), float(place[1]), draw) for place in places]))
    return images, places.astype(np.float32)


def _blossom(leaves: int, draw: np.random.Generator) -> Plane:
    rows, columns = np.mgrid[:20, :20].astype(np.float64)
    row, column = draw.uniform(8.5, 10.5, 2)
    far, turn = np.hypot(rows - row, columns - column), np.arctan2(rows - row, columns - column)
    size = draw.uniform(6.0, 8.0)
    edge = size * (0.72 + 0.28 * np.cos(leaves * turn + draw.uniform(0, 2 * np.pi)) * (leaves > 0))
    inside = 1 / (1 + np.exp(2.5 * (far - edge)))
    middle = 1 / (1 + np.exp(3 * (far - 0.25 * size)))
    ground, paint, heart = draw.uniform(20, 90, 3), draw.uniform(110, 250, 3), draw.uniform(60, 220, 3)
    ground[1] += 50
    image = ground[:, None, None] * (1 - inside) + paint[:, None, None] * inside
    blossom: Plane = image * (1 - middle) + heart[:, None, None] * middle + draw.normal(0, 12, image.shape)
    return blossom


def _call(label: int, draw: np.random.Generator) -> Plane:
    rows, columns = np.mgrid[:24, :24].astype(np.float64)
    start, length = draw.uniform(1, 5), draw.uniform(13, 18)
    along = (columns - start) / length  # 0 … 1 while it lasts
    slope = {0: draw.uniform(-11, -6), 1: draw.uniform(6, 11)}.get(label, 0.0)
    tone = draw.uniform(9, 14) + slope * (along - 0.5)
    if label == 3:
        tone = tone + draw.uniform(1.8, 3.2) * np.sin(2 * np.pi * draw.uniform(2.0, 3.5) * along + draw.uniform(0, 6))
    lasts = 1 / (1 + np.exp(-30 * along)) / (1 + np.exp(30 * (along - 1)))
    band = np.exp(-((rows - tone) ** 2) / (2 * draw.uniform(0.6, 1.1) ** 2)) * lasts
    noise = draw.gamma(2.0, 9.0, rows.shape)
    call: Plane = 15 + 1.5 * noise + draw.uniform(60, 160) * band
    return call


def _die(label: int, draw: np.random.Generator) -> Plane:
    rows, columns = np.mgrid[:14, :14].astype(np.float64)
    image = np.zeros((14, 14))
    turn, apart, size = draw.uniform(-0.25, 0.25), draw.uniform(3.2, 4.2), draw.uniform(0.9, 1.3)
    middle = draw.uniform(6.0, 7.0, 2)
    for down, right in PIPS[label]:
        row = middle[0] + apart * (down * np.cos(turn) - right * np.sin(turn))
        column = middle[1] + apart * (down * np.sin(turn) + right * np.cos(turn))
        image = np.maximum(image, 1 / (1 + np.exp(4 * (np.hypot(rows - row, columns - column) - size))))
    ground, paint = draw.uniform(160, 230), draw.uniform(20, 80)
    ground, paint = (ground, paint) if draw.uniform() < 0.7 else (paint, ground)
    die: Plane = ground + (paint - ground) * image + draw.normal(0, 24, image.shape)
    return die


def _plot(label: int, draw: np.random.Generator) -> Plane:
    rows, columns = np.mgrid[:12, :12].astype(np.float64)
    image = np.array(LAND[label], dtype=np.float64)[:, None, None] * draw.uniform(0.75, 1.3, (4, 1, 1))
    rough = draw.normal(0, (0.05, 0.22, 0.08)[label], (12, 12))
    if label == 2:
        turn = draw.uniform(0, np.pi)
        rough = rough + 0.15 * np.sin(1.6 * (rows * np.sin(turn) + columns * np.cos(turn)) + draw.uniform(0, 6))
    haze = draw.uniform(0, 0.6)
    plot: Plane = (1 - haze) * image * (1 + rough) + haze * 200 + draw.normal(0, 12, (4, 12, 12))
    return plot


def _tag(label: int, draw: np.random.Generator) -> Plane:
    rows, columns = np.mgrid[:16, :16].astype(np.float64)
    image = np.zeros((16, 16))
    middle, apart = draw.uniform(7.0, 8.0, 2), draw.uniform(3.3, 4.0)
    for number, (down, right) in enumerate(((-1, -1), (-1, 1), (1, -1), (1, 1))):
        row, column = middle + apart * np.array([down, right]) + draw.uniform(-0.3, 0.3, 2)
        far = np.hypot(rows - row, columns - column)
        if label >> number & 1:
            image = np.maximum(image, np.clip(1.2 - np.abs(far - 2.3), 0, 1))
        else:
            image = np.maximum(image, 1 / (1 + np.exp(4 * (far - 1.6))))
    tag: Plane = draw.uniform(15, 50) + draw.uniform(110, 190) * image + draw.normal(0, 26, image.shape)
    return tag


def _ball(row: float, column: float, draw: np.random.Generator) -> Plane:
    rows, columns = np.mgrid[:18, :18].astype(np.float64)
    grass = np.array([50.0, 120.0, 45.0])[:, None, None] * draw.uniform(0.7, 1.3) + draw.normal(0, 14, (3, 18, 18))
    for _ in range(draw.integers(0, 3)):
        ends = draw.uniform(0, 18, 4)
        line = _stroke(18, (ends[0], ends[1], ends[2], ends[3]), 0.3)
        grass = grass + 60 * line
    inside = 1 / (1 + np.exp(3 * (np.hypot(rows - 8.5 - row, columns - 8.5 - column) - draw.uniform(1.6, 2.4))))
    paint = np.array([230.0, draw.uniform(40, 200), 60.0])[:, None, None]
    ball: Plane = grass * (1 - inside) + paint * inside
    return ball


FIFTH_DATA: dict[str, Callable[[], tuple[object, object]]] = {
    "blossoms": blossoms,
    "calls": calls,
    "dice": dice,
    "plots": plots,
    "tags": tags,
}
"""Those with classes, by name."""
BALLS_DATA: dict[str, Callable[[], tuple[object, object]]] = {"balls": balls}
"""A regression."""

"""The data sets of the fourth part: flags, cells, glyphs of segments, moons in the dark, and gauges to be read."""

from collections.abc import Callable
from itertools import permutations

import numpy as np
from numpy.typing import NDArray

from benchmarks.diagnosis.second_data import Drawn, Images, Plane, _pixels
from benchmarks.diagnosis.third_data import _stroke

FLAGS, CELLS, GLYPHS, MOONS, GAUGES = 1_500, 2_000, 3_600, 900, 1_400
"""Samples, validation and test among them."""
ORDERS = tuple(permutations(range(3)))
"""Of red, green and blue from left to right."""
SEGMENTS: tuple[tuple[int, int, int, int], ...] = (
    *((0, 0, 0, 1), (0, 1, 1, 1), (1, 1, 2, 1), (2, 1, 2, 0)),
    *((2, 0, 1, 0), (1, 0, 0, 0), (1, 0, 1, 1)),
)
"""The seven strokes of a glyph from one row and column to another: around it from the top left, then the middle."""
LIT = (
    *("012345", "12", "01643", "01623", "1256", "05623"),
    *("023456", "012", "0123456", "012356", "12456", "345"),
)
"""Which of them each of the twelve glyphs has: ten digits, H and L."""


def flags() -> Drawn:
    """Three stripes side by side (N, 3, 12, 12): a class for each order of a red, a green and a blue one."""
    draw = np.random.default_rng(41)
    labels = draw.permutation(np.arange(FLAGS, dtype=np.int64) % len(ORDERS))
    return _pixels(np.stack([_flag(int(label), draw) for label in labels])), labels


def cells() -> Drawn:
    """A cell with one nucleus or with two (N, 1, 20, 20), and specks around it."""
    draw = np.random.default_rng(42)
    labels = draw.permutation(np.arange(CELLS, dtype=np.int64) % 2)
    return _pixels(np.stack([_cell(int(label), draw) for label in labels])[:, None]), labels


def glyphs() -> Drawn:
    """Twelve glyphs of thin strokes (N, 1, 16, 16), light on black, of any size, place and slant."""
    draw = np.random.default_rng(43)
    labels = draw.permutation(np.arange(GLYPHS, dtype=np.int64) % len(LIT))
    return _pixels(np.stack([_glyph(int(label), draw) for label in labels])[:, None]), labels


def moons() -> Drawn:
    """A disc lit from the left, from the right, or as a whole (N, 3, 16, 16): grey in three channels, and dark."""
    draw = np.random.default_rng(44)
    labels = draw.permutation(np.arange(MOONS, dtype=np.int64) % 3)
    grey = np.stack([_moon(int(label), draw) for label in labels])[:, None]
    return _pixels(np.repeat(grey, 3, axis=1)), labels


def gauges() -> tuple[Images, NDArray[np.float32]]:
    """Round gauges with one hand (N, 1, 16, 16), and where it points (N, 1): -2 is far on the left, 2 on the right."""
    draw = np.random.default_rng(45)
    turns = draw.uniform(-2.0, 2.0, GAUGES)
    images = _pixels(np.stack([_gauge(float(turn), draw) for turn in turns])[:, None])
    return images, turns.astype(np.float32)[:, None]


def _flag(label: int, draw: np.random.Generator) -> Plane:
    edges = (0, round(draw.uniform(3, 5)), round(draw.uniform(7, 9)), 12)
    image = np.zeros((3, 12, 12))
    for first, last, channel in zip(edges, edges[1:], ORDERS[label], strict=False):
        paint = draw.uniform(20, 90, 3)
        paint[channel] = draw.uniform(130, 230)
        image[:, :, first:last] = paint[:, None, None]
    light = 1 + draw.uniform(-0.2, 0.2) * np.linspace(-1, 1, 12)[:, None]
    flag: Plane = image * light + draw.normal(0, 18, image.shape)
    return flag


def _cell(label: int, draw: np.random.Generator) -> Plane:
    rows, columns = np.mgrid[:20, :20].astype(np.float64)
    image = np.full((20, 20), draw.uniform(170, 200))
    middle, turn = draw.uniform(8.5, 10.5, 2), draw.uniform(0, 2 * np.pi)

    def spot(row: float, column: float, size: float, paint: float) -> None:
        far = np.hypot(rows - row, columns - column)
        image[:] += (paint - image) / (1 + np.exp(2.5 * (far - size)))

    spot(middle[0], middle[1], draw.uniform(6.5, 8.0), draw.uniform(120, 145))
    away = draw.uniform(2.8, 3.6) if label else draw.uniform(0.0, 2.5)
    for way in (1, -1)[: label + 1]:
        size = draw.uniform(1.4, 2.0) if label else draw.uniform(1.6, 2.6)
        place = middle + way * away * np.array([np.sin(turn), np.cos(turn)])
        spot(place[0], place[1], size, draw.uniform(30, 70))
    for _ in range(draw.integers(0, 4)):
        spot(draw.uniform(0, 20), draw.uniform(0, 20), 0.6, draw.uniform(60, 220))
    return image + draw.normal(0, 7, image.shape)


def _glyph(label: int, draw: np.random.Generator) -> Plane:
    height, width = draw.uniform(4.0, 5.6), draw.uniform(4.5, 7.5)
    top, left = draw.uniform(1.5, 14 - 2 * height), draw.uniform(1.5, 14 - width)
    slant, pen = draw.uniform(-0.15, 0.15), draw.uniform(0.3, 0.7)
    image = np.zeros((16, 16))
    for segment in LIT[label]:
        row, column, down, right = SEGMENTS[int(segment)]
        ends = [top + row * height, left + column * width, top + down * height, left + right * width]
        ends[1] += slant * (8 - ends[0])
        ends[3] += slant * (8 - ends[2])
        image = np.maximum(image, _stroke(16, (ends[0], ends[1], ends[2], ends[3]), pen))
    glyph: Plane = image * draw.uniform(150, 255)
    return glyph


def _moon(label: int, draw: np.random.Generator) -> Plane:
    rows, columns = np.mgrid[:16, :16].astype(np.float64)
    size, middle = draw.uniform(3.5, 5.5), draw.uniform(6.5, 8.5, 2)
    far = np.hypot(rows - middle[0], columns - middle[1])
    disc = 1 / (1 + np.exp(3 * (far - size)))
    lit = 1.0 if label == 2 else 1 / (1 + np.exp((2 * label - 1) * -1.5 * (columns - middle[1] + draw.normal(0, 0.8))))
    moon: Plane = 6 + draw.uniform(20, 48) * disc * lit + draw.normal(0, 2.0, far.shape)
    return moon


def _gauge(turn: float, draw: np.random.Generator) -> Plane:
    rows, columns = np.mgrid[:16, :16].astype(np.float64)
    middle, length = draw.uniform(7.0, 8.0, 2), draw.uniform(5.0, 6.0)
    face = 1 / (1 + np.exp(2 * (np.hypot(rows - middle[0], columns - middle[1]) - 7.0)))
    tip = middle + length * np.array([-np.cos(turn), np.sin(turn)])
    hand = _stroke(16, (middle[0], middle[1], tip[0], tip[1]), draw.uniform(0.5, 0.9))
    image = draw.uniform(40, 90) + draw.uniform(80, 120) * face
    gauge: Plane = image * (1 - 0.9 * hand) + draw.normal(0, 8, image.shape)
    return gauge


FOURTH_DATA: dict[str, Callable[[], tuple[object, object]]] = {
    "flags": flags,
    "cells": cells,
    "glyphs": glyphs,
    "moons": moons,
}
"""Those with classes, by name."""
GAUGES_DATA: dict[str, Callable[[], tuple[object, object]]] = {"gauges": gauges}
"""A regression."""

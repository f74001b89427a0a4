"""Data of a fifth part: six sets drawn here, as somebody's loader would give them; ``load`` is the factory."""

import numpy as np

from benchmarks.gate.drawn_data import Array, Draw, read
from benchmarks.gate.fifth_data_faults import DATA_FAULTS


def load(name: str, fault: str = "", samples: int = 0) -> tuple[Array, Array]:
    """Images (N, C, H, W) or (N, H, W) and their targets, the first so many of them; with a fault or none."""
    return read(DRAWN, DATA_FAULTS, name, fault, samples)


def _grid(rows: int, columns: int) -> tuple[Array, Array]:
    down, across = np.mgrid[0:rows, 0:columns].astype(np.float64)
    return down, across


def runes(draw: np.random.Generator, count: int = 1_600) -> tuple[Array, Array]:
    """Bytes (N, 14, 14): one of eight signs of three strokes, written by an unsteady hand."""
    corners = draw.uniform(2, 11, (8, 4, 2))
    targets = draw.permutation(count) % 8
    down, across = _grid(14, 14)
    along = np.linspace(0, 1, 9)[:, None]
    images = np.empty((count, 14, 14))
    for number, target in enumerate(targets):
        points = corners[target] + draw.normal(0, 0.55, (4, 2)) + draw.uniform(-1, 1, 2)
        path = np.concatenate([points[i] * (1 - along) + points[i + 1] * along for i in range(3)])
        nearest = ((down[..., None] - path[:, 0]) ** 2 + (across[..., None] - path[:, 1]) ** 2).min(-1)
        images[number] = 230 * np.exp(-nearest / draw.uniform(0.7, 1.5)) + draw.exponential(6, (14, 14))
    return np.clip(images, 0, 255).astype(np.uint8), targets


def cloths(draw: np.random.Generator, count: int = 1_500) -> tuple[Array, Array]:
    """Bytes (N, 3, 16, 16): one of five weaves in two colours: squares, bars, dots, waves, grain."""
    targets = draw.permutation(count) % 5
    down, across = _grid(16, 16)
    images = np.empty((count, 3, 16, 16))
    for number, target in enumerate(targets):
        period, first, second = draw.uniform(3.5, 6), draw.uniform(0, 6), draw.uniform(0, 6)
        one, other = np.sin(2 * np.pi * (down + first) / period), np.sin(2 * np.pi * (across + second) / period)
        grain = draw.normal(0, 1, (16, 16))
        weave = (
            np.sign(one * other),
            np.sign(one if draw.random() < 0.5 else other),
            np.where((one > 0.55) & (other > 0.55), 1.0, -0.6),
            np.sin(2 * np.pi * (down + across * draw.choice((-1, 1)) + first) / (1.4 * period)),
            (grain + np.roll(grain, 1, 0) + np.roll(grain, 1, 1)) / 1.5,
        )[int(target)]
        ground, thread = draw.uniform(60, 190, (2, 3, 1, 1))
        thread = np.where(abs(thread - ground) < 30, ground + 45, thread)
        images[number] = ground + (thread - ground) * (weave + 1) / 2 + draw.normal(0, 6, (3, 16, 16))
    return np.clip(images, 0, 255).astype(np.uint8), targets


def calls(draw: np.random.Generator, count: int = 1_200) -> tuple[Array, Array]:
    """Decibels (N, 1, 16, 24), below zero: sounds that rise, fall, stay, or beat, over noise."""
    targets = draw.permutation(count) % 4
    height, time = _grid(16, 24)
    images = np.empty((count, 1, 16, 24))
    for number, target in enumerate(targets):
        start, slope = draw.uniform(5, 10), draw.uniform(0.15, 0.35)
        line = start + slope * (time - 12) * (1, -1, 0, 0)[int(target)] + draw.normal(0, 0.2)
        loud = np.exp(-((height - line) ** 2) / draw.uniform(0.6, 2))
        if target == 3:
            loud *= np.sin(2 * np.pi * time / draw.uniform(4, 7) + draw.uniform(0, 6)) > 0
        images[number, 0] = -60 + draw.uniform(25, 45) * loud + draw.normal(0, 3.5, (16, 24))
    return images.astype(np.float32), targets


def leaves(draw: np.random.Generator, count: int = 1_500) -> tuple[Array, Array]:
    """Numbers from 0 to 1 (N, 1, 18, 18): outlines that are round (six in ten), long (a quarter) or toothed."""
    targets = np.searchsorted((0.6, 0.85), draw.permutation(count) / count, side="right")
    down, across = _grid(18, 18)
    images = np.empty((count, 1, 18, 18))
    for number, target in enumerate(targets):
        y, x = down - 8.5 - draw.uniform(-2, 2), across - 8.5 - draw.uniform(-2, 2)
        turn, size = draw.uniform(0, np.pi), draw.uniform(4, 6)
        angle, radius = np.arctan2(y, x) - turn, np.hypot(y, x)
        long = (y * np.sin(turn) + x * np.cos(turn)) / 1.25, (y * np.cos(turn) - x * np.sin(turn)) / 0.45
        edge = (radius, np.hypot(*long), radius / (1 + 0.33 * np.sin(5 * angle)))[int(target)]
        images[number, 0] = draw.uniform(0.1, 0.3) + draw.uniform(0.4, 0.6) * np.clip(size - edge, 0, 1)
    return np.clip(images + draw.normal(0, 0.04, images.shape), 0, 1).astype(np.float32), targets.astype(np.int64)


def twins(draw: np.random.Generator, count: int = 2_000) -> tuple[Array, Array]:
    """Numbers (N, 2, 12, 12): two pictures of one of five stamps each, and whether they are of the same (1) or not."""
    stamps = draw.normal(0, 1, (5, 3, 3)).repeat(2, 1).repeat(2, 2)
    targets = draw.permutation(count) % 2
    images = draw.normal(0, 0.15, (count, 2, 12, 12))
    for number, target in enumerate(targets):
        first = draw.integers(5)
        second = first if target else (first + draw.integers(1, 5)) % 5
        for side, stamp in enumerate((first, second)):
            y, x = draw.integers(2, 5, 2)
            images[number, side, y : y + 6, x : x + 6] += stamps[stamp]
    return images.astype(np.float32), targets


def tanks(draw: np.random.Generator, count: int = 1_200) -> tuple[Array, Array]:
    """Bytes (N, 16, 12) of a vessel, and how many litres are in it: 0 … 800 (N, 1)."""
    litres = draw.uniform(0, 800, count)
    down, across = _grid(16, 12)
    images = np.empty((count, 16, 12))
    for number, held in enumerate(litres):
        level, left, right = 14.5 - 13 * held / 800, draw.uniform(0, 2.5), draw.uniform(8.5, 11)
        light = draw.uniform(120, 190) + draw.uniform(-4, 4) * across + draw.uniform(-3, 3) * down
        liquid = draw.uniform(50, 110) * np.clip(down - level + draw.normal(0, 0.15, 12), 0, 1)
        inside = (across > left) & (across < right)
        glare = draw.uniform(0, 50) * np.exp(-((across - draw.uniform(2, 9)) ** 2))
        images[number] = np.where(inside, light - liquid + glare, draw.uniform(20, 90))
    images = np.clip(images + draw.normal(0, 8, images.shape), 0, 255).astype(np.uint8)
    return images, litres[:, None].astype(np.float32)


DRAWN: dict[str, Draw] = {
    "runes": runes,
    "cloths": cloths,
    "calls": calls,
    "leaves": leaves,
    "twins": twins,
    "tanks": tanks,
}
"""The data that are drawn here."""

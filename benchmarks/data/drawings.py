"""Drawings: sets of few levels, made by lines, signs and codes."""

import numpy as np

from benchmarks.data.fields import Array, Draw, Drawn, grid, in_bytes, labels, stroke


def outlines(draw: Draw) -> Drawn:
    """Bytes (1000, 28, 28): outlines of polygons of 3 to 6 corners, of any size and turn."""
    targets = labels(draw, 1000, 4)
    images = np.empty((1000, 28, 28))
    for number, target in enumerate(targets):
        turns = draw.uniform(0, 6.3) + 2 * np.pi * np.arange(target + 4) / (target + 3)
        radius = draw.uniform(7, 12)
        middle = 13.5 + draw.uniform(-2, 2, 2)
        points = middle + radius * np.stack([np.sin(turns), np.cos(turns)], 1)
        images[number] = 255 * stroke((28, 28), points, 0.7)
    return Drawn(in_bytes(images), targets)


def glyphs(draw: Draw) -> Drawn:
    """Bytes (6000, 16, 16): 200 signs of three strokes, thirty writers each."""
    targets = labels(draw, 6000, 200)
    corners = draw.uniform(2, 14, (200, 4, 2))
    images = np.empty((6000, 16, 16))
    for number, target in enumerate(targets):
        points = corners[target] + draw.normal(0, 0.5, (4, 2)) + draw.uniform(-0.7, 0.7, 2)
        images[number] = 255 * stroke((16, 16), points, draw.uniform(0.4, 0.9))
    return Drawn(in_bytes(images), targets)


def codes(draw: Draw) -> Drawn:
    """Bits (1200, 21, 21): random codes with finder squares in three corners; the class is the corner without one."""
    targets = labels(draw, 1200, 4)
    images = draw.integers(0, 2, (1200, 21, 21))
    down, across = grid(7, 7)
    ring = np.maximum(abs(down - 3), abs(across - 3))
    finder = (ring != 2).astype(int)
    for corner, (top, left) in enumerate(((0, 0), (0, 14), (14, 0), (14, 14))):
        images[targets != corner, top : top + 7, left : left + 7] = finder
    return Drawn(images.astype(np.uint8), targets)


def tickets(draw: Draw) -> Drawn:
    """Bits (2000, 15, 15) that nothing orders but a rule: the class is how many ones there are, by quarters."""
    density = draw.uniform(0.3, 0.7, 2000)
    images = draw.random((2000, 15, 15)) < density[:, None, None]
    targets = np.searchsorted(np.quantile(density, (0.25, 0.5, 0.75)), density)
    return Drawn(images.astype(np.uint8), targets.astype(np.int64))


def boards(draw: Draw) -> Drawn:
    """Planes of a board game (3000, 12, 8, 8), one for each kind of piece: who has more on the board."""
    images = np.zeros((3000, 12, 8, 8), np.float32)
    worth = np.array([1, 3, 3, 5, 9, 0, -1, -3, -3, -5, -9, 0])
    most = np.array([8, 2, 2, 2, 1, 1] * 2)
    ahead = np.empty(3000)
    for number in range(3000):
        counts = np.array([1 if kind % 6 == 5 else draw.integers(0, most[kind] + 1) for kind in range(12)])
        places = draw.permutation(64)[: counts.sum()]
        kinds = np.repeat(np.arange(12), counts)
        images[number, kinds, places // 8, places % 8] = 1
        ahead[number] = worth[kinds].sum()
    return Drawn(images, np.digitize(ahead, (-3, 4)).astype(np.int64))


def bar_codes(draw: Draw) -> Drawn:
    """Bytes (1000, 24, 40): bars from top to bottom; the class is the first of four digits."""
    targets = labels(draw, 1000, 10)
    signs = draw.integers(0, 2, (10, 9))
    signs[:, 0] = 1
    digits = np.concatenate([targets[:, None], draw.integers(0, 10, (1000, 3))], 1)
    bars = signs[digits].reshape(1000, 1, 36)
    images = np.full((1000, 24, 40), 240.0)
    images[:, :, 2:38] -= 210 * bars
    return Drawn(in_bytes(images + draw.normal(0, 4, images.shape)), targets)


def mazes(draw: Draw) -> Drawn:
    """Bits (800, 1, 17, 17): walls of mazes that were dug with a bias, across or down, which is the class."""
    targets = labels(draw, 800, 2)
    images = np.ones((800, 1, 17, 17), np.float32)
    images[:, :, 1::2, 1::2] = 0
    across = draw.random((800, 1, 8, 7)) < np.where(targets == 1, 0.75, 0.4)[:, None, None, None]
    down = draw.random((800, 1, 7, 8)) < np.where(targets == 1, 0.4, 0.75)[:, None, None, None]
    images[:, :, 1::2, 2:-1:2][across] = 0
    images[:, :, 2:-1:2, 1::2][down] = 0
    return Drawn(images, targets)


def charts(draw: Draw) -> Drawn:
    """Bytes (600, 3, 48, 64): plots on white with axes: a line, a wave, a growth, a step."""
    targets = labels(draw, 600, 4)
    images = np.full((600, 3, 48, 64), 255.0)
    at = np.linspace(0, 1, 40)
    for number, target in enumerate(targets):
        slope, phase = draw.uniform(0.5, 1) * draw.choice((-1, 1)), draw.uniform(0.3, 0.7)
        curves = (slope * at, np.sin(9 * at + 6 * phase), slope * np.exp(4 * at) / 50, np.where(at < phase, 0, slope))
        curve = curves[target]
        height = 38 - 30 * (curve - curve.min()) / max(float(np.ptp(curve)), 1e-9)
        ink = stroke((48, 64), np.stack([height, 8 + 50 * at], 1)[::2], 0.6)
        colour = draw.uniform(0, 200, 3)[:, None, None]
        images[number] += (colour - 255) * ink
        images[number, :, 4:43, 6] = images[number, :, 42, 6:60] = 0
    return Drawn(in_bytes(images), targets)


def bars(draw: Draw) -> Drawn:
    """Bytes (1500, 3, 32, 32): charts of six bars, whose heights are to be read: six numbers."""
    heights = draw.uniform(2, 26, (1500, 6))
    down, across = grid(32, 32)
    which = np.clip(((across - 1) // 5).astype(int), 0, 5)
    filled = (31 - down[None] < heights[:, which]) & ((across - 1) % 5 < 4) & (across >= 1) & (across < 31)
    colour = draw.uniform(20, 180, (1500, 3, 1, 1))
    return Drawn(in_bytes(np.where(filled[:, None], colour, 250.0)), heights)


def pies(draw: Draw) -> Drawn:
    """Bytes (900, 3, 32, 32): one slice of a pie; its share is to be read: one number."""
    share, start = draw.uniform(0.05, 0.95, 900), draw.uniform(0, 1, 900)
    down, across = grid(32, 32)
    angle = (np.arctan2(down - 15.5, across - 15.5) / (2 * np.pi)) % 1
    inside = np.hypot(down - 15.5, across - 15.5) < 13
    slice_ = ((angle - start[:, None, None]) % 1) < share[:, None, None]
    images = np.where(slice_[:, None], draw.uniform(0, 130, (900, 3, 1, 1)), draw.uniform(150, 220, (900, 3, 1, 1)))
    return Drawn(in_bytes(np.where(inside, images, 255.0)), share)


def counted(draw: Draw) -> Drawn:
    """Bytes (1200, 20, 20): 0 to 9 dots, and how many they are as a real number."""
    count = draw.integers(0, 10, 1200)
    images = np.zeros((1200, 20, 20))
    for number, many in enumerate(count):
        places: Array = draw.permutation(36)[:many]
        for place in places:
            top, left = 3 * (place // 6) + 1, 3 * (place % 6) + 1
            images[number, top : top + 2, left : left + 2] = 220
    images += draw.normal(20, 6, images.shape)
    return Drawn(in_bytes(images), count + 0.0, loss="l2")


DRAWINGS = (outlines, glyphs, codes, tickets, boards, bar_codes, mazes, charts, bars, pies, counted)

"""Ten sets of data of a sixth part that are drawn here; each function says what is in its arrays."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

Array = NDArray[Any]
LINES = ((0, 1), (1, 0))
"""Directions of four in a line, which are never slanted."""


def _grid(rows: int, columns: int) -> tuple[Array, Array]:
    down, across = np.mgrid[0:rows, 0:columns].astype(np.float64)
    return down, across


def slices(draw: np.random.Generator, count: int = 900) -> tuple[Array, Array]:
    """Hounsfield units as 16 bits (N, 1, 24, 24), from air at -1000 to bone: no spot, a soft one, or one of chalk."""
    targets = draw.permutation(count) % 3
    down, across = _grid(24, 24)
    images = np.empty((count, 1, 24, 24))
    for number, target in enumerate(targets):
        y, x = down - draw.uniform(10.5, 12.5), across - draw.uniform(10.5, 12.5)
        high, wide = draw.uniform(9, 11), draw.uniform(8, 10)
        body = np.clip(4 * (1 - np.hypot(y / high, x / wide)), 0, 1)
        image = -1000 + body * draw.uniform(1020, 1060)
        for side in (-1, 1):  # lungs
            image -= 800 * np.clip(4 * (1 - np.hypot(y / 5.5, (x - 4 * side) / 2.8)), 0, 1)
        image += 600 * np.exp(-((y - high * 0.7) ** 2 + x**2) / 2)  # spine
        row, column = draw.uniform(-3.5, 3.5), draw.choice((-4, 4)) + draw.uniform(-1, 1)
        spot = np.exp(-((y - row) ** 2 + (x - column) ** 2) / draw.uniform(1.2, 2.2))
        images[number, 0] = image + (0, 650, 1500)[int(target)] * draw.uniform(0.85, 1.15) * spot
    return (images + draw.normal(0, 30, images.shape)).round().astype(np.int16), targets


def boards(draw: np.random.Generator, count: int = 6_000) -> tuple[Array, Array]:
    """Zeros and ones (N, 2, 6, 7): stones of two players, and who has four in a line: nobody, the first, the second."""
    targets = draw.permutation(count) % 3
    images = np.zeros((count, 2, 6, 7), np.uint8)
    for number, target in enumerate(targets):
        while True:
            board = np.searchsorted((0.5, 0.75), draw.random((6, 7)))  # 0 empty, 1 first, 2 second
            if target:
                down, across = LINES[draw.integers(2)]
                row, column = draw.integers(6), draw.integers(7)
                ends = row + 3 * down, column + 3 * across
                if not (0 <= ends[0] < 6 and 0 <= ends[1] < 7):
                    continue
                for step in range(4):
                    board[row + step * down, column + step * across] = target
            if [_has_four(board == player) for player in (1, 2)] == [target == 1, target == 2]:
                break
        images[number] = board == 1, board == 2
    return images, targets


def _has_four(stones: Array) -> bool:
    for down, across in LINES:
        found = np.ones((6, 7), bool)
        for step in range(4):
            moved = np.zeros((6, 7), bool)
            rows, columns = down * step, across * step
            moved[: 6 - rows, : 7 - columns] = stones[rows:, columns:]
            found &= moved
        if found.any():
            return True
    return False


def beats(draw: np.random.Generator, count: int = 1_400) -> tuple[Array, Array]:
    """Millivolts (N, 2, 1, 80), images of one row: a heart beat in two leads. Usual (55 %), wide, early, or without the
    small wave in front.
    """
    targets = np.searchsorted((0.55, 0.75, 0.9), draw.permutation(count) / count, side="right")
    time = np.arange(80.0)
    images = np.empty((count, 2, 1, 80))
    for number, target in enumerate(targets):
        peak = draw.normal(40, 1.5) - (9 if target == 2 else 0)
        width = draw.uniform(1.3, 1.8) * (2.6 if target == 1 else 1)
        small = 0.0 if target == 3 else draw.uniform(0.15, 0.25)
        beat = draw.uniform(0.9, 1.4) * np.exp(-(((time - peak) / width) ** 2))
        beat -= 0.25 * np.exp(-(((time - peak - 2.2 * width) / width) ** 2))
        beat += small * np.exp(-(((time - peak + 13) / 3) ** 2))
        beat += draw.uniform(0.2, 0.4) * np.exp(-(((time - peak - 20) / 5) ** 2))
        drift = 0.1 * np.sin(time / draw.uniform(15, 40) + draw.uniform(0, 6))
        images[number, 0, 0], images[number, 1, 0] = beat + drift, draw.uniform(-0.8, -0.4) * np.roll(beat, 1) + drift
    return (images + draw.normal(0, 0.03, images.shape)).astype(np.float32), targets.astype(np.int64)


def ovens(draw: np.random.Generator, count: int = 1_100) -> tuple[Array, Array]:
    """Hundredths of a kelvin as 16 bits (N, 20, 16), and how hot the hottest pan is, in kelvin (N,): about 500."""
    down, across = _grid(20, 16)
    images, targets = np.empty((count, 20, 16)), np.empty(count)
    for number in range(count):
        image = 300 + draw.uniform(0, 25) + draw.uniform(-1, 1) * down + draw.uniform(-1, 1) * across
        pans = draw.uniform(390, 570, draw.integers(2, 4))
        for pan in pans:
            radius = np.hypot(down - draw.uniform(3, 16), across - draw.uniform(3, 12))
            image = np.maximum(image, 300 + (pan - 300) * np.clip(draw.uniform(3, 4.5) - radius, 0, 1))
        targets[number] = image.max()
        images[number] = ndimage.gaussian_filter(image, 0.5)
    images += draw.normal(0, 1, images.shape)
    return (100 * images).round().astype(np.uint16), targets.astype(np.float32)


def soils(draw: np.random.Generator, count: int = 900) -> tuple[Array, Array]:
    """Reflectances from 0 to 1 in 24 bands (N, 24, 8, 8): which of six materials covers most of a small field."""
    bands = np.linspace(0, 1, 24)
    spectra = np.stack(
        [
            0.15 + 0.25 * bands,
            0.35 - 0.15 * bands,
            0.1 + 0.4 / (1 + np.exp(-18 * (bands - 0.45))),
            0.3 - 0.18 * np.exp(-(((bands - 0.6) / 0.08) ** 2)),
            0.2 + 0.2 * np.exp(-(((bands - 0.3) / 0.15) ** 2)),
            0.28 - 0.15 * np.exp(-(((bands - 0.8) / 0.1) ** 2)) + 0.08 * np.exp(-(((bands - 0.2) / 0.1) ** 2)),
        ]
    )
    targets = draw.permutation(count) % 6
    images = np.empty((count, 24, 8, 8))
    for number, target in enumerate(targets):
        other = (target + draw.integers(1, 6)) % 6
        share = np.clip(0.3 + 0.6 * ndimage.gaussian_filter(draw.normal(0, 1, (8, 8)), 1.2), 0, 0.9)
        share = np.minimum(share, share * 0.38 / max(share.mean(), 0.01))
        mixed = spectra[target][:, None, None] * (1 - share) + spectra[other][:, None, None] * share
        light = draw.uniform(0.6, 1.1) * (1 + 0.15 * ndimage.gaussian_filter(draw.normal(0, 1, (8, 8)), 1))
        images[number] = mixed * light
    images += draw.normal(0, 0.012, images.shape)
    return np.clip(images, 0, 1).astype(np.float32), targets


def marks(draw: np.random.Generator, count: int = 2_160) -> tuple[Array, Array]:
    """Bytes (N, 20, 20), dark on paper: one of 36 written signs, each of one of six left and six right halves."""
    ends = draw.uniform(0, 1, (2, 6, 4, 2, 2))  # halves, kinds, strokes, ends, places
    targets = draw.permutation(count) % 36
    down, across = _grid(20, 20)
    images = np.empty((count, 20, 20))
    along = np.linspace(0, 1, 8)[:, None]
    for number, target in enumerate(targets):
        paths = []
        corner, size = draw.uniform(1.5, 3, 2), draw.uniform(0.92, 1.05, 2)
        for side, kind in enumerate(divmod(int(target), 6)):
            strokes = ends[side, kind] * (14, 6.5) + (0, 8.0 * side) + draw.normal(0, 0.35, (4, 2, 2))
            paths += [(first * (1 - along) + last * along) * size + corner for first, last in strokes]
        path = np.concatenate(paths)
        nearest = ((down[..., None] - path[:, 0]) ** 2 + (across[..., None] - path[:, 1]) ** 2).min(-1)
        paper = draw.uniform(190, 245) + draw.uniform(-1, 1) * across
        images[number] = paper - draw.uniform(110, 170) * np.exp(-nearest / draw.uniform(0.5, 0.9))
    return np.clip(images + draw.normal(0, 6, images.shape), 0, 255).round().astype(np.uint8), targets


def rain(draw: np.random.Generator, count: int = 1_000) -> tuple[Array, Array]:
    """Millimetres in an hour (N, 1, 24, 24), most of them 0 and a few very large: showers, a sheet, or a band."""
    targets = draw.permutation(count) % 3
    down, across = _grid(24, 24)
    images = np.zeros((count, 1, 24, 24))
    for number, target in enumerate(targets):
        rough = ndimage.gaussian_filter(draw.normal(0, 1, (24, 24)), 1) * 3
        if target == 0:
            for _ in range(draw.integers(2, 5)):
                y, x, size = draw.uniform(2, 22), draw.uniform(2, 22), draw.uniform(1, 2.2)
                images[number, 0] += draw.lognormal(2.2, 0.6) * np.exp(-((down - y) ** 2 + (across - x) ** 2) / size**2)
        elif target == 1:
            y, x, size = draw.uniform(6, 18), draw.uniform(6, 18), draw.uniform(6, 10)
            inside = np.clip(1.3 - np.hypot(down - y, across - x) / size, 0, 1)
            images[number, 0] = draw.lognormal(0.8, 0.4) * inside * np.exp(0.3 * rough)
        else:
            turn = draw.uniform(0, np.pi)
            apart = (down - 12) * np.sin(turn) + (across - 12) * np.cos(turn) - draw.uniform(-5, 5)
            images[number, 0] = draw.lognormal(1.8, 0.5) * np.exp(-((apart / 1.8) ** 2) + 0.5 * rough)
    return np.where(images < 0.2, 0, images), targets


def flows(draw: np.random.Generator, count: int = 1_000) -> tuple[Array, Array]:
    """Small numbers of either sign (N, 2, 14, 14), how far each place moved: apart, together, or round either way."""
    targets = draw.permutation(count) % 4
    down, across = _grid(14, 14)
    images = np.empty((count, 2, 14, 14))
    for number, target in enumerate(targets):
        y, x = down - draw.uniform(4, 9), across - draw.uniform(4, 9)
        rows, columns = ((y, x), (-y, -x), (x, -y), (-x, y))[int(target)]
        speed, wind = draw.uniform(0.001, 0.003), draw.normal(0, 0.01, 2)
        rough = ndimage.gaussian_filter(draw.normal(0, 1, (2, 14, 14)), (0, 1, 1)) * 0.012
        images[number] = np.stack([speed * rows + wind[0], speed * columns + wind[1]]) + rough
    return images.astype(np.float32), targets


def wells(draw: np.random.Generator, count: int = 170) -> tuple[Array, Array]:
    """Bytes (N, 3, 12, 12), few: a round well that has turned from pink to yellow (1) or has not."""
    targets = draw.permutation(count) % 2
    down, across = _grid(12, 12)
    images = np.empty((count, 3, 12, 12))
    for number, target in enumerate(targets):
        inside = np.clip(draw.uniform(4, 5) - np.hypot(down - draw.uniform(5, 6), across - draw.uniform(5, 6)), 0, 1)
        liquid = np.array([(215, 120, 160), (225, 195, 95)][int(target)]) + draw.normal(0, 18, 3)
        plate = draw.uniform(150, 210)
        images[number] = plate + (liquid[:, None, None] - plate) * inside
    return np.clip(images + draw.normal(0, 9, images.shape), 0, 255).round().astype(np.uint8), targets


def coins(draw: np.random.Generator, count: int = 1_600) -> tuple[Array, Array]:
    """True or false (N, 22, 22): the outlines of one to four coins that lie apart, and how many they are, from 0."""
    targets = draw.permutation(count) % 4
    down, across = _grid(22, 22)
    images = np.zeros((count, 22, 22), bool)
    for number, target in enumerate(targets):
        placed: list[tuple[float, float, float]] = []
        while len(placed) < target + 1:
            size = draw.uniform(2, 3.6)
            y, x = draw.uniform(size, 21 - size, 2)
            if all(np.hypot(y - row, x - column) > size + other + 1.2 for row, column, other in placed):
                placed.append((y, x, size))
        for y, x, size in placed:
            images[number] |= np.hypot(down - y, across - x) < size
    return images, targets

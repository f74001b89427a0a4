"""Paper, screens and games: letters, tables, maps."""

import numpy as np

from benchmarks.data.fields import Array, Draw, Drawn, disc, in_bytes, labels, smooth, stroke

LETTERS = (
    *("111101111101101", "110101110101110", "111100100100111", "110101101101110", "111100110100111", "111100110100100"),
    *("101101111101101", "111010010010111", "100100100100111", "101111111101101", "111101101101111", "111101111100100"),
)
"""Of 5 rows of 3: A B C D E F H I L M O P."""


def text(draw: Draw) -> Drawn:
    """Bytes (1200, 3, 20, 48): two lines of letters in any colours; the class is the first letter."""
    signs = np.array([[int(bit) for bit in letter] for letter in LETTERS]).reshape(12, 5, 3)
    targets = labels(draw, 1200, 12)
    letters = draw.integers(0, 12, (1200, 2, 11))
    letters[:, 0, 0] = targets
    page = np.zeros((1200, 20, 48))
    for row in range(2):
        for column in range(11):
            page[:, 3 + 8 * row : 8 + 8 * row, 2 + 4 * column : 5 + 4 * column] = signs[letters[:, row, column]]
    paper, ink = draw.uniform(180, 255, (1200, 3, 1, 1)), draw.uniform(0, 120, (1200, 3, 1, 1))
    return Drawn(in_bytes(paper + (ink - paper) * page[:, None]), targets)


def words(draw: Draw) -> Drawn:
    """Bytes (800, 24, 72): lines of handwriting; one of two hands, which lean otherwise."""
    targets = labels(draw, 800, 2)
    images = np.full((800, 24, 72), 235.0) + 4 * smooth(draw, 800, (24, 72), 6.0)
    for number, target in enumerate(targets):
        steps = np.arange(16)
        rows = 12 + np.where(steps % 2, -1, 1) * draw.uniform(2, 6, 16)
        columns = 4 + 4 * steps + (-1, 1)[target] * (12 - rows) * 0.4
        images[number] -= 190 * stroke((24, 72), np.stack([rows, columns], 1), 0.5)
    return Drawn(in_bytes(images), targets)


def sudokus(draw: Draw) -> Drawn:
    """Digits as numbers (1500, 1, 9, 9), 0 for empty: how many are given, in three grades."""
    targets = labels(draw, 1500, 3)
    base = np.array([[(3 * (row % 3) + row // 3 + column) % 9 for column in range(9)] for row in range(9)])
    images = np.empty((1500, 1, 9, 9), np.float32)
    for number, target in enumerate(targets):
        rows = np.concatenate([3 * one + draw.permutation(3) for one in draw.permutation(3)])
        columns = np.concatenate([3 * one + draw.permutation(3) for one in draw.permutation(3)])
        full = draw.permutation(9)[base[rows][:, columns]] + 1
        images[number, 0] = np.where(draw.random((9, 9)) < (0.35, 0.5, 0.65)[target], full, 0)
    return Drawn(images, targets)


def tables(draw: Draw) -> Drawn:
    """Bytes (600, 40, 40): printed tables, and how many rows and columns they have: two numbers."""
    many = draw.integers(2, 9, (600, 2))
    images = np.full((600, 40, 40), 245.0)
    for number, (rows, columns) in enumerate(many):
        top, left = draw.integers(1, 5, 2)
        for row in range(rows + 1):
            images[number, top + 4 * row, left : left + 4 * columns + 1] = 40
        for column in range(columns + 1):
            images[number, top : top + 4 * rows + 1, left + 4 * column] = 40
        cells: Array = draw.random((rows, columns)) < 0.7
        for row, column in np.argwhere(cells):
            images[number, top + 4 * row + 2, left + 4 * column + 1 : left + 4 * column + 4] = draw.uniform(60, 200)
    return Drawn(in_bytes(images), many + 0.0)


def maps(draw: Draw) -> Drawn:
    """Kinds of ground, one plane each (1000, 5, 16, 16): islands, lakes, coasts."""
    targets = labels(draw, 1000, 3)
    height = smooth(draw, 1000, (16, 16), 2.0)
    down, across = np.mgrid[0:16, 0:16] - 7.5
    bowl = np.hypot(down, across) / 5
    height = height + np.choose(targets[:, None, None], (2 - 2 * bowl, 2 * bowl - 2, 0.25 * across))
    kind = np.digitize(height, (-1.0, 0.0, 0.8, 1.8))
    return Drawn((kind[:, None] == np.arange(5)[:, None, None]).astype(np.float32), targets)


def faces(draw: Draw) -> Drawn:
    """Bytes (800, 3, 32, 32): faces of discs and lines, glad, sad or neither."""
    targets = labels(draw, 800, 3)
    images = np.empty((800, 3, 32, 32))
    for number, target in enumerate(targets):
        middle, size = 15.5 + draw.uniform(-2, 2, 2), draw.uniform(9, 12)
        ground, skin = draw.uniform(100, 255, 3), np.array([220, 180, 140]) * draw.uniform(0.5, 1.1)
        images[number] = ground[:, None, None] + (skin - ground)[:, None, None] * disc((32, 32), middle, size)
        bend = draw.uniform(1.5, 3) * (1, -1, 0)[target]
        at = np.linspace(-1, 1, 7)
        mouth = np.stack([middle[0] + 0.5 * size - bend * at**2 + bend / 2, middle[1] + 0.45 * size * at], 1)
        ink = stroke((32, 32), mouth, 0.6)
        for side in (-1, 1):
            ink = np.maximum(ink, disc((32, 32), (middle[0] - 0.3 * size, middle[1] + side * 0.4 * size), 1.2))
        images[number] *= 1 - 0.9 * ink
    return Drawn(in_bytes(images + draw.normal(0, 3, images.shape)), targets)


def clouds_of_points(draw: Draw) -> Drawn:
    """Counts (1000, 1, 28, 28): points of two columns of a table, rasterised: tied, curved or free."""
    targets = labels(draw, 1000, 3)
    x, noise = draw.normal(size=(2, 1000, 150))
    slope = draw.choice((-1, 1), (1000, 1))
    y = np.choose(targets[:, None], (slope * x + 0.4 * noise, slope * (x**2 - 1) + 0.4 * noise, noise))
    images = np.zeros((1000, 1, 28, 28), np.float32)
    rows, columns = (np.clip(14 + 5 * one, 0, 27).astype(int) for one in (y, x))
    for number in range(1000):
        np.add.at(images[number, 0], (rows[number], columns[number]), 1)
    return Drawn(images, targets)


def friends(draw: Draw) -> Drawn:
    """Who knows whom (1000, 1, 20, 20), in no order of people: two circles of friends, or one."""
    targets = labels(draw, 1000, 2)
    images = np.empty((1000, 1, 20, 20), np.float32)
    for number, target in enumerate(targets):
        circle = draw.permutation(20) % 2
        chance = np.where(circle[:, None] == circle, 0.7, 0.05) if target else np.full((20, 20), 0.22)
        known = np.triu(draw.random((20, 20)) < chance, 1)
        images[number, 0] = known | known.T
    return Drawn(images, targets)


def shares(draw: Draw) -> Drawn:
    """Correlations of 12 shares (900, 1, 12, 12), in the order of their branches: one market, or three."""
    targets = labels(draw, 900, 2)
    market, branch, own = (
        draw.normal(size=(900, 1, 60)),
        draw.normal(size=(900, 3, 60)),
        draw.normal(size=(900, 12, 60)),
    )
    weight = np.where(targets == 1, 0.3, 1.0)[:, None, None]
    returns = weight * market + (1.3 - weight) * branch.repeat(4, 1) + own
    left = returns - returns.mean(2, keepdims=True)
    left /= np.linalg.norm(left, axis=2, keepdims=True)
    return Drawn((left @ left.transpose(0, 2, 1))[:, None].astype(np.float32), targets)


DOCUMENTS = (text, words, sudokus, tables, maps, faces, clouds_of_points, friends, shares)

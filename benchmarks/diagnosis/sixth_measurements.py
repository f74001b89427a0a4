"""Measurements of the sixth part: radar, multiplets of a spectrum, terrain, boards, and two that are regressions."""

import numpy as np
from numpy.typing import NDArray

from benchmarks.diagnosis.second_data import Images, Labels, Plane, _pixels
from benchmarks.diagnosis.sixth_pictures import each, grid, smooth, soft

RADAR, MULTIPLETS, TERRAIN, BOARDS, COLONIES, ARROWS = 1_000, 1_600, 900, 2_800, 1_200, 1_300
"""Samples, validation and test among them."""
POINTS = 12 * 24
"""Of a spectrum, which is folded into rows of 24."""
Reals = NDArray[np.float32]


def radar() -> tuple[Reals, Labels]:
    """The power of echoes (N, 20, 20), speckled as such images are: open sea, a ship, or a slick of oil."""
    draw = np.random.default_rng(71)
    labels = draw.permutation(np.arange(RADAR, dtype=np.int64) % 3)
    rows, columns = grid(20, 20)
    down, right = (one - each(draw, 6, 13, RADAR) for one in (rows, columns))
    way = each(draw, 0, np.pi, RADAR)
    along, across = down * np.sin(way) + right * np.cos(way), down * np.cos(way) - right * np.sin(way)
    ship = soft(np.hypot(along / 3, across) - 1.1)
    slick = soft(np.hypot(along / each(draw, 1.2, 2.2, RADAR), across) - each(draw, 3.0, 4.5, RADAR))
    target = each(draw, 9, 25, RADAR) * ship
    power = np.choose(labels[:, None, None], [np.ones_like(ship), 1 + target, 1 - 0.88 * slick])
    sea = np.exp(0.35 * smooth(draw, RADAR, 20, 20, 2.5))
    speckle = draw.gamma(2.0, 0.5, power.shape)
    return (4e-4 * each(draw, 0.6, 1.7, RADAR) * power * sea * speckle).astype(np.float32), labels


def multiplets() -> tuple[NDArray[np.float64], Labels]:
    """Spectra of 288 points folded to images (N, 12, 24), in counts: one line, two or three side by side, or none."""
    draw = np.random.default_rng(72)
    labels = draw.permutation(np.arange(MULTIPLETS, dtype=np.int64) % 4)
    points = np.arange(POINTS, dtype=np.float64)[None, :]
    place, apart = draw.uniform(30, 258, (MULTIPLETS, 1)), draw.uniform(3.7, 4.2, (MULTIPLETS, 1))
    width, high = draw.uniform(0.8, 1.0, (MULTIPLETS, 1)), draw.uniform(14_000, 40_000, (MULTIPLETS, 1))
    lines = np.zeros((MULTIPLETS, POINTS))
    for label, shares in enumerate(((1.0,), (1.0, 1.0), (0.6, 1.0, 0.6))):
        for number, share in enumerate(shares):
            at = place + apart * (number - (len(shares) - 1) / 2)
            lines += (labels == label)[:, None] * share * np.exp(-(((points - at) / width) ** 2) / 2)
    hump = draw.uniform(2_000, 12_000, (MULTIPLETS, 1)) * np.exp(
        -(((points - draw.uniform(0, POINTS, (MULTIPLETS, 1))) / 40) ** 2)
    )
    spectra = high * lines + hump + draw.uniform(500, 4_000, (MULTIPLETS, 1))
    spectra += draw.normal(0, 1, spectra.shape) * np.sqrt(spectra) * 2
    return spectra.reshape(-1, 12, 24), labels


def terrain() -> tuple[Reals, Labels]:
    """Six maps of one place, each in its own unit (N, 6, 14, 14): a ridge, a valley, a slope, or a coast.

    Height in metres, steepness in degrees, degrees Kelvin, rain in millimetres, green from -1 to 1, and kilometres.
    """
    draw = np.random.default_rng(73)
    labels = draw.permutation(np.arange(TERRAIN, dtype=np.int64) % 4)
    rows, columns = grid(14, 14)
    way = each(draw, 0, 2 * np.pi, TERRAIN)
    across = (rows - 6.5) * np.cos(way) - (columns - 6.5) * np.sin(way) + each(draw, -2, 2, TERRAIN)
    crest = each(draw, 220, 420, TERRAIN) * np.exp(-((across / each(draw, 2.0, 3.2, TERRAIN)) ** 2))
    shape = np.choose(labels[:, None, None], [crest, -crest, 30 * across, np.maximum(18 * across, 0)])
    inland = each(draw, 450, 900, TERRAIN) * (labels != 3)[:, None, None]
    height = np.maximum(inland + shape + 14 * smooth(draw, TERRAIN, 14, 14, 1.5), 0)
    steep = np.degrees(np.arctan(np.hypot(*np.gradient(height, axis=(1, 2))) / 90))
    warm = 289 - 0.0065 * height + each(draw, -6, 6, TERRAIN) + draw.normal(0, 0.4, height.shape)
    rain = 700 + 0.35 * height + each(draw, -200, 300, TERRAIN) + 40 * smooth(draw, TERRAIN, 14, 14, 2.0)
    sea = (height < 1) & (labels == 3)[:, None, None]
    green = np.where(sea, -0.25, each(draw, 0.2, 0.7, TERRAIN)) + draw.normal(0, 0.06, height.shape)
    away = np.where(sea, 0, 3 + each(draw, 0, 40, TERRAIN) + 0.4 * np.maximum(across, 0))
    return np.stack([height, steep, warm, rain, green, away], axis=1).astype(np.float32), labels


def boards() -> tuple[Images, Labels]:
    """Positions of a game as planes of 0 and 1 (N, 3, 9, 9), stones of either side and whose turn it is: nobody, the
    first or the second side has four in a row or column."""
    draw = np.random.default_rng(74)
    found: list[Images] = []
    labels: list[int] = []
    while len(labels) < BOARDS:
        label = len(labels) % 3
        board = draw.choice(3, (9, 9), p=(0.88, 0.06, 0.06))
        if label:
            down, right = ((0, 1), (1, 0))[draw.integers(2)]
            row, column = draw.integers(0, 9 - 3 * down), draw.integers(0, 9 - 3 * right)
            for step in range(4):
                board[row + step * down, column + step * right] = label
        planes = np.stack([board == 1, board == 2])
        if [_has_four(plane) for plane in planes] == [label == 1, label == 2]:
            turn = np.full((1, 9, 9), draw.integers(2))
            found.append(np.concatenate([planes, turn]).astype(np.uint8))
            labels.append(label)
    order = draw.permutation(BOARDS)
    return np.stack(found)[order], np.array(labels, dtype=np.int64)[order]


def colonies() -> tuple[Images, Reals]:
    """A dish with 2 to 26 colonies (N, 24, 24), and how many there are (N,)."""
    draw = np.random.default_rng(75)
    counts = draw.integers(2, 27, COLONIES)
    rows, columns = grid(24, 24)
    places: Plane = np.mgrid[:5, :6].reshape(2, 30).T * (4.2, 3.6) + (3.4, 3.0)
    images = np.broadcast_to(each(draw, 60, 80, COLONIES), (COLONIES, 24, 24)).copy()
    for image, count in zip(images, counts, strict=True):
        middles = places[draw.permutation(30)[:count]] + draw.uniform(-0.6, 0.6, (count, 2))
        sizes, light = draw.uniform(0.9, 1.4, count), draw.uniform(80, 120, count)
        far = np.hypot(rows - middles[:, :1, None], columns - middles[:, 1:, None])
        image += (light[:, None, None] * soft(far - sizes[:, None, None])).sum(axis=0)
    return _pixels(images + draw.normal(0, 7, images.shape)), counts.astype(np.float32)


def arrows() -> tuple[Images, Reals]:
    """A compass needle with a light end and a dark one (N, 3, 18, 18), and the cosine and sine of its angle (N, 2)."""
    draw = np.random.default_rng(76)
    turn = draw.uniform(0, 2 * np.pi, ARROWS)
    rows, columns = grid(18, 18)
    down, right = (one - each(draw, 7.5, 9.5, ARROWS) for one in (rows, columns))
    way = turn[:, None, None]
    along, across = down * np.sin(way) + right * np.cos(way), down * np.cos(way) - right * np.sin(way)
    length = each(draw, 5.0, 7.0, ARROWS)
    needle: Plane = soft(np.abs(across) - 1.4 * (1 - np.abs(along) / length)) * soft(np.abs(along) - length)
    front = soft(-along)
    ground, light, dark = (
        draw.uniform(low, high, (ARROWS, 3, 1, 1)) for low, high in ((90, 140), (190, 250), (10, 50))
    )
    needle, front = needle[:, None], front[:, None]
    images = ground * (1 - needle) + needle * (light * front + dark * (1 - front))
    images = images + draw.normal(0, 9, images.shape)
    return _pixels(images), np.stack([np.cos(turn), np.sin(turn)], axis=1).astype(np.float32)


def _has_four(plane: NDArray[np.bool_]) -> bool:
    wide = np.pad(plane, 3)
    return any(
        bool(np.logical_and.reduce([np.roll(wide, (step * down, step * right), (0, 1)) for step in range(4)]).any())
        for down, right in ((0, 1), (1, 0))
    )

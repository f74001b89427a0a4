"""Pictures of the sixth part: castings, scenery, house numbers, sketches, films, galaxies, words and runes."""

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from sklearn.datasets import load_digits

from benchmarks.diagnosis.second_data import Drawn, Labels, Plane, _pixels

CASTINGS, SCENE_SIDE, SKETCHES, FILMS, GALAXIES = 1_300, 18, 1_200, 1_400, 1_000
"""Samples, validation and test among them; of scenery so many pictures of 16×16 lie side by side in a scene."""
WORDS = (
    *("MEAL", "LAMP", "SALT", "TEAM", "POEM", "PAST", "LAST", "MOST", "SOLE", "MOLE", "PALE", "TALE"),
    *("LOTS", "SLOT", "STEP", "PEST", "MAPS", "AMPS", "TAPE", "PLOT", "ATOM", "LOAM", "SEAT", "EAST"),
)
OF_EACH_WORD, RUNES, OF_EACH_RUNE = 54, 30, 42
FONT = {
    "A": "0110 1001 1111 1001 1001",
    "E": "1111 1000 1110 1000 1111",
    "L": "1000 1000 1000 1000 1111",
    "M": "1001 1111 1111 1001 1001",
    "O": "0110 1001 1001 1001 0110",
    "P": "1110 1001 1110 1000 1000",
    "S": "0111 1000 0110 0001 1110",
    "T": "1111 0110 0110 0110 0110",
}
"""Five rows of four pixels."""


def castings() -> Drawn:
    """Photographs of one part in one place (N, 28, 28): it is fine, scratched, or has a pore; all else is alike."""
    draw = np.random.default_rng(61)
    labels = draw.choice(3, CASTINGS, p=(0.5, 0.28, 0.22)).astype(np.int64)
    rows, columns = grid(28, 28)
    row, column = (13.5 + each(draw, -0.25, 0.25, CASTINGS) for _ in range(2))
    far, turn = np.hypot(rows - row, columns - column), np.arctan2(rows - row, columns - column)
    ring = soft(far - 12.0) * soft(5.0 - far)
    holes = sum(soft(np.hypot(far * np.cos(turn - at) - 8.5, far * np.sin(turn - at)) - 1.3) for at in (0.5, 2.6, 4.7))
    images = 40 + 110 * ring * (1 + 0.12 * np.cos(turn - 0.8)) * (1 - 0.8 * np.minimum(holes, 1))
    place, way = each(draw, 0, 2 * np.pi, CASTINGS), each(draw, 0, np.pi, CASTINGS)
    down = rows - 13.5 - 8.5 * np.sin(place)
    right = columns - 13.5 - 8.5 * np.cos(place)
    along, across = down * np.sin(way) + right * np.cos(way), down * np.cos(way) - right * np.sin(way)
    scratch = soft(np.abs(across) - 0.9) * soft(np.abs(along) - each(draw, 5.0, 7.0, CASTINGS))
    pore = soft(np.hypot(down, right) - each(draw, 1.9, 2.6, CASTINGS))
    flaw = np.choose(labels[:, None, None], [np.zeros_like(pore), 1.0 * scratch, -0.9 * pore])
    images = images * (1 + flaw) * each(draw, 0.97, 1.03, CASTINGS)
    return _pixels(images + draw.normal(0, 3, images.shape)), labels


def scenery() -> Drawn:
    """Four scenes of things that hide each other (Lee, Mumford and Huang, 2001) cut into pictures (N, 3, 16, 16), with
    the scene for a class: pebbles, leaves, planks, and clouds."""
    draw = np.random.default_rng(62)
    scenes = [_pebbles(draw), _leaves(draw), _planks(draw), _clouds(draw)]
    cut = [
        one.reshape(3, SCENE_SIDE, 16, SCENE_SIDE, 16).transpose(1, 3, 0, 2, 4).reshape(-1, 3, 16, 16) for one in scenes
    ]
    labels = np.repeat(np.arange(4, dtype=np.int64), SCENE_SIDE**2)
    order = draw.permutation(len(labels))
    return _pixels(np.concatenate(cut)[order]), labels[order]


def house_numbers() -> Drawn:
    """Digits that people wrote, three side by side and cut off (N, 12, 20), by the one in the middle."""
    draw = np.random.default_rng(63)
    found = load_digits()
    samples = len(found.target)
    images = np.zeros((samples, 12, 36))
    for place in (0, 2, 1):
        chosen = draw.permutation(samples) if place != 1 else np.arange(samples)
        left = np.full(samples, 14 + 9 * (place - 1))
        top = draw.integers(1, 4, samples) if place != 1 else np.full(samples, 2)
        for number in range(samples):
            window = images[number, top[number] : top[number] + 8, left[number] : left[number] + 8]
            np.maximum(window, found.images[chosen[number]] / 16, out=window)
    ink, ground = each(draw, 150, 240, samples), each(draw, 20, 90, samples)
    images = (ground + (ink - ground) * images)[:, :, 8:28]
    order = draw.permutation(samples)
    return _pixels(images + draw.normal(0, 6, images.shape))[order], found.target[order].astype(np.int64)


def sketches() -> tuple[NDArray[np.bool_], Labels]:
    """One thin line on empty paper (N, 28, 28), true where there is none: a spiral, teeth, a ring, a star, a hook."""
    draw = np.random.default_rng(64)
    labels = draw.permutation(np.arange(SKETCHES, dtype=np.int64) % 5)
    along = np.linspace(0, 1, 240)[None, :]
    turn = 2 * np.pi * along
    corner = np.abs((5 * along) % 1 - 0.5)
    curves = (
        (along * np.cos(2.5 * turn), along * np.sin(2.5 * turn)),
        (1.2 * np.abs((3 * along) % 1 - 0.5) - 0.3, 2 * along - 1),
        (0.9 * np.cos(turn), 0.9 * np.sin(turn)),
        ((0.4 + 1.2 * corner) * np.cos(turn), (0.4 + 1.2 * corner) * np.sin(turn)),
        (np.where(along < 0.6, 2.6 * along - 0.8, 0.76), np.where(along < 0.6, -0.4, 3.2 * along - 2.3)),
    )
    rows, columns = (
        np.concatenate([np.broadcast_to(one[axis], along.shape) for one in curves])[labels] for axis in (0, 1)
    )
    angle = draw.uniform(0, 2 * np.pi, (SKETCHES, 1))
    size, stretch = draw.uniform(6.5, 10.5, (SKETCHES, 1)), draw.uniform(0.75, 1.0, (SKETCHES, 1))
    down = size * (rows * np.cos(angle) - stretch * columns * np.sin(angle)) + draw.uniform(12, 15, (SKETCHES, 1))
    right = size * (rows * np.sin(angle) + stretch * columns * np.cos(angle)) + draw.uniform(12, 15, (SKETCHES, 1))
    paper = np.ones((SKETCHES, 28, 28), dtype=np.bool_)
    paper[
        np.arange(SKETCHES)[:, None],
        np.clip(np.rint(down), 0, 27).astype(int),
        np.clip(np.rint(right), 0, 27).astype(int),
    ] = False
    return paper, labels


def films() -> tuple[NDArray[np.uint16], Labels]:
    """X-ray films of 12 bits (N, 24, 24) that use a small part of their range; one in nine has a spot."""
    draw = np.random.default_rng(65)
    labels = (draw.permutation(FILMS) % 9 == 0).astype(np.int64)
    images = 1_620 + 28 * smooth(draw, FILMS, 24, 24, 3.0) + 12 * smooth(draw, FILMS, 24, 24, 1.0)
    rows, columns = grid(24, 24)
    far = np.hypot(rows - each(draw, 5, 18, FILMS), columns - each(draw, 5, 18, FILMS))
    spot = np.exp(-((far / each(draw, 1.8, 2.4, FILMS)) ** 2))
    images += labels[:, None, None] * each(draw, 110, 150, FILMS) * spot + draw.normal(0, 8, images.shape)
    return np.clip(np.rint(images), 0, 4_095).astype(np.uint16), labels


def galaxies() -> tuple[NDArray[np.float32], Labels]:
    """Photons counted in three colours (N, 3, 20, 20), few but where a galaxy is: round, with arms, or on edge."""
    draw = np.random.default_rng(66)
    labels = draw.permutation(np.arange(GALAXIES, dtype=np.int64) % 3)
    rows, columns = grid(20, 20)
    down, right = (one - each(draw, 8, 11, GALAXIES) for one in (rows, columns))
    way = each(draw, 0, 2 * np.pi, GALAXIES)
    along, across = down * np.sin(way) + right * np.cos(way), down * np.cos(way) - right * np.sin(way)
    far = np.hypot(along, across)
    size = each(draw, 2.2, 3.4, GALAXIES)
    arms = 0.5 + 0.5 * np.cos(2 * np.arctan2(across, along) - 1.1 * far)
    light = np.choose(
        labels[:, None, None],
        [
            np.exp(-far / size * 1.3),
            0.5 * np.exp(-((far / 1.5) ** 2)) + 0.8 * arms**2 * np.exp(-((far / size / 1.9) ** 2)),
            np.exp(-((along / size / 1.6) ** 2) - (across / 1.1) ** 2),
        ],
    )
    light = np.exp(each(draw, np.log(25), np.log(160), GALAXIES)) * light
    gains = draw.uniform(0.6, 1.4, (GALAXIES, 3, 1, 1))
    return draw.poisson(0.8 + light[:, None] * gains).astype(np.float32), labels


def words() -> Drawn:
    """Words of four letters in small type (N, 9, 26), dark on light: twenty-four of them, each a few times."""
    draw = np.random.default_rng(67)
    labels = draw.permutation(np.repeat(np.arange(len(WORDS), dtype=np.int64), OF_EACH_WORD))
    letters = {key: np.array([list(map(float, row)) for row in rows.split()]) for key, rows in FONT.items()}
    images = np.zeros((len(labels), 9, 26))
    for image, label, top, left in zip(images, labels, *draw.integers(1, 4, (2, len(labels))), strict=True):
        for number, letter in enumerate(WORDS[label]):
            image[top : top + 5, left + 5 * number : left + 5 * number + 4] = letters[letter]
    images = 0.75 * images + 0.25 * np.roll(images, 1, axis=2)
    ink, ground = each(draw, 20, 110, len(labels)), each(draw, 180, 245, len(labels))
    return _pixels(ground + (ink - ground) * images + draw.normal(0, 10, images.shape)), labels


def runes() -> Drawn:
    """Thirty signs of four strokes each (N, 18, 18), written by many hands: few of each."""
    draw = np.random.default_rng(68)
    labels = draw.permutation(np.repeat(np.arange(RUNES, dtype=np.int64), OF_EACH_RUNE))
    knots = draw.integers(0, 3, (RUNES, 5, 2))
    for sign in knots:  # no stroke without a length
        for first, second in pairwise(sign):
            second[:] = np.where((first == second).all(), (second + np.array([1, 2])) % 3, second)
    count = len(labels)
    ends = 3.5 + 5.0 * knots[labels] + draw.normal(0, 0.45, (count, 5, 2)) + draw.uniform(-1, 1, (count, 1, 2))
    rows, columns = grid(18, 18)
    ink = np.zeros((count, 18, 18))
    for start, stop in zip(ends.transpose(1, 0, 2), ends.transpose(1, 0, 2)[1:], strict=False):
        way = (stop - start)[:, :, None, None]
        down, right = rows - start[:, 0, None, None], columns - start[:, 1, None, None]
        share = np.clip((down * way[:, 0] + right * way[:, 1]) / ((way**2).sum(1) + 1e-6), 0, 1)
        ink = np.maximum(ink, soft(np.hypot(down - share * way[:, 0], right - share * way[:, 1]) - 0.7))
    return _pixels(235 - each(draw, 120, 210, count) * ink + draw.normal(0, 9, ink.shape)), labels


def grid(height: int, width: int) -> tuple[Plane, Plane]:
    """Row and column of each pixel."""
    rows, columns = np.mgrid[:height, :width].astype(np.float64)
    return rows, columns


def each(draw: np.random.Generator, low: float, high: float, samples: int) -> Plane:
    """A number for each image (N, 1, 1)."""
    return draw.uniform(low, high, (samples, 1, 1))


def soft(beyond: Plane) -> Plane:
    """One inside of an edge, and zero beyond it."""
    found: Plane = 1 / (1 + np.exp(np.clip(3 * beyond, -50, 50)))
    return found


def smooth(draw: np.random.Generator, samples: int, height: int, width: int, scale: float) -> Plane:
    """Fields (N, H, W) of mean 0 and variance 1 that vary over so many pixels."""
    down, right = np.fft.fftfreq(height)[:, None], np.fft.fftfreq(width)[None, :]
    passed = np.exp(-2 * (np.pi * scale) ** 2 * (down**2 + right**2))
    found = np.fft.ifft2(np.fft.fft2(draw.normal(0, 1, (samples, height, width))) * passed).real
    fields: Plane = found / found.std()
    return fields


def _scene(draw: np.random.Generator, things: int, sizes: tuple[float, float], shape: str, paint: Plane) -> Plane:
    """A scene (3, H, W) of things that lie over each other."""
    side = 16 * SCENE_SIDE
    scene = np.broadcast_to(paint[0][:, None, None], (3, side, side)).copy()
    for _ in range(things):
        size, way = np.exp(draw.uniform(*np.log(sizes))), draw.uniform(0, np.pi)
        row, column, reach = draw.uniform(0, side), draw.uniform(0, side), int(2 * size) + 1
        top, left = max(0, int(row) - reach), max(0, int(column) - reach)
        down, right = np.mgrid[top : min(side, int(row) + reach), left : min(side, int(column) + reach)]
        down, right = down - row, right - column
        if shape == "planks":
            inside = (np.abs(down) < 2 * size) & (np.abs(right) < 0.35 * size)
        else:
            along, across = down * np.sin(way) + right * np.cos(way), down * np.cos(way) - right * np.sin(way)
            inside = (
                along**2 / (1.0 if shape == "pebbles" else 3.0) + across**2 * (1.0 if shape == "pebbles" else 2.5)
                < size**2
            )
        colour = paint[draw.integers(len(paint))] * draw.uniform(0.7, 1.25) + draw.normal(0, 8, 3)
        scene[:, top : top + inside.shape[0], left : left + inside.shape[1]][:, inside] = colour[:, None]
    light = 1 + 0.25 * smooth(draw, 1, side, side, 50.0)
    lit: Plane = scene * light + draw.normal(0, 4, scene.shape)
    return lit


def _pebbles(draw: np.random.Generator) -> Plane:
    return _scene(draw, 2_200, (3.0, 9.0), "pebbles", np.array([[120.0, 115, 105], [150, 140, 125], [90, 95, 100]]))


def _leaves(draw: np.random.Generator) -> Plane:
    return _scene(draw, 4_000, (1.6, 4.0), "leaves", np.array([[70.0, 105, 50], [110, 130, 70], [130, 110, 80]]))


def _planks(draw: np.random.Generator) -> Plane:
    return _scene(draw, 2_500, (5.0, 12.0), "planks", np.array([[125.0, 100, 75], [100, 85, 65], [140, 130, 105]]))


def _clouds(draw: np.random.Generator) -> Plane:
    side = 16 * SCENE_SIDE
    veil = sum(smooth(draw, 1, side, side, scale) * scale**0.5 for scale in (1.5, 4.0, 12.0, 35.0)) / 8
    blue, white = np.array([100.0, 125, 150])[:, None, None], np.array([170.0, 168, 165])[:, None, None]
    found: Plane = blue + (white - blue) * np.clip(0.5 + veil, 0, 1) + draw.normal(0, 4, (3, side, side))
    return found

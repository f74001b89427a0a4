"""Data of a fourth part: five sets drawn here, as somebody's loader would give them; ``load`` is the factory."""

import numpy as np

from benchmarks.gate.drawn_data import Array, Draw, read
from benchmarks.gate.fourth_data_faults import DATA_FAULTS


def load(name: str, fault: str = "", samples: int = 0) -> tuple[Array, Array]:
    """Images (N, C, H, W) or (N, H, W) and their targets, the first so many of them; with a fault or none."""
    return read(DRAWN, DATA_FAULTS, name, fault, samples)


def _places(side: int) -> tuple[Array, Array]:
    rows, columns = np.mgrid[0:side, 0:side].astype(np.float64)
    return rows, columns


def stripes(draw: np.random.Generator, count: int = 1_600) -> tuple[Array, Array]:
    """Bytes (N, 16, 16): stripes in one of four directions, of any width and phase, under noise."""
    targets = draw.permutation(count) % 4
    rows, columns = _places(16)
    images = np.empty((count, 16, 16))
    for number, target in enumerate(targets):
        angle = target * np.pi / 4 + draw.normal(0, 0.08)
        along = rows * np.sin(angle) + columns * np.cos(angle)
        waves = np.sin(2 * np.pi * draw.uniform(0.13, 0.24) * along + draw.uniform(0, 2 * np.pi))
        images[number] = draw.uniform(90, 160) + draw.uniform(25, 60) * waves + draw.normal(0, 18, (16, 16))
    return np.clip(images, 0, 255).astype(np.uint8), targets


def badges(draw: np.random.Generator, count: int = 1_800) -> tuple[Array, Array]:
    """Bytes (N, 3, 24, 24): one of six signs of any colour on a ground of any other colour, somewhere in the middle."""
    targets = draw.permutation(count) % 6
    rows, columns = _places(24)
    images = np.empty((count, 3, 24, 24))
    for number, target in enumerate(targets):
        down, across = rows - 11.5 - draw.uniform(-3, 3), columns - 11.5 - draw.uniform(-3, 3)
        size = draw.uniform(5.5, 8)
        inside = _sign(int(target), down / size, across / size)
        ground = draw.uniform(20, 120, 3) if draw.random() < 0.5 else draw.uniform(140, 235, 3)
        light = (ground + draw.uniform(95, 150) * (1 if ground.mean() < 128 else -1)).clip(0, 255)
        images[number] = np.where(inside, light[:, None, None], ground[:, None, None])
    return np.clip(images + draw.normal(0, 12, images.shape), 0, 255).astype(np.uint8), targets


def _sign(kind: int, down: Array, across: Array) -> Array:
    radius = np.hypot(down, across)
    signs: tuple[Array, ...] = (
        radius < 0.9,
        (radius < 1) & (radius > 0.55),
        (np.maximum(abs(down), abs(across)) < 1) & (np.minimum(abs(down), abs(across)) < 0.3),
        (down < 0.8) & (down > 2 * abs(across) - 0.9),
        (abs(down) < 0.3) & (abs(across) < 1),
        (abs(down - across) < 0.45) & (np.maximum(abs(down), abs(across)) < 1),
    )
    return signs[kind]


def glyphs(draw: np.random.Generator, count: int = 2_880) -> tuple[Array, Array]:
    """Numbers from 0 to 1 (N, 1, 12, 12): one of 24 invented letters, shifted a little, under noise."""
    letters = (draw.random((24, 4, 4)) < 0.5).repeat(2, axis=1).repeat(2, axis=2)
    targets = draw.permutation(count) % 24
    images = np.zeros((count, 12, 12))
    for number, target in enumerate(targets):
        down, across = draw.integers(0, 5, 2)
        images[number, down : down + 8, across : across + 8] = letters[target] * draw.uniform(0.6, 1)
    images = np.clip(images + draw.normal(0, 0.1, images.shape), 0, 1)
    return images[:, None].astype(np.float32), targets


def cells(draw: np.random.Generator, count: int = 1_500) -> tuple[Array, Array]:
    """Bytes (N, 20, 20), dark: a bright spot, or in one of five images a ring of the same light."""
    targets = (draw.permutation(count) % 5 == 0).astype(np.int64)
    rows, columns = _places(20)
    images = np.empty((count, 20, 20))
    for number, target in enumerate(targets):
        radius = np.hypot(rows - draw.uniform(5, 14), columns - draw.uniform(5, 14))
        size = draw.uniform(2, 4)
        light = np.exp(-(((radius - size) / 1.1) ** 2)) if target else np.exp(-((radius / size) ** 2))
        images[number] = 4 + draw.uniform(60, 130) * light + draw.exponential(4, (20, 20))
    return np.clip(images, 0, 255).astype(np.uint8), targets


def discs(draw: np.random.Generator, count: int = 1_200) -> tuple[Array, Array]:
    """Numbers (N, 1, 16, 16), and where the disc in them is: two coordinates in pixels (N, 2)."""
    rows, columns = _places(16)
    targets = draw.uniform(3, 12, (count, 2))
    sizes = draw.uniform(1.5, 3, (count, 1, 1))
    radius = np.hypot(rows - targets[:, 0, None, None], columns - targets[:, 1, None, None])
    images = np.clip(sizes - radius, 0, 1) + draw.normal(0, 0.05, radius.shape)
    return images[:, None].astype(np.float32), targets.astype(np.float32)


DRAWN: dict[str, Draw] = {
    "stripes": stripes,
    "badges": badges,
    "glyphs": glyphs,
    "cells": cells,
    "discs": discs,
}
"""The data that are drawn here."""

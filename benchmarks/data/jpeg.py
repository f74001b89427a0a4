"""A decoder of baseline JPEG files: scikit-learn ships two photographs, and reads them with a package of its own."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from scipy.fft import idctn

from benchmarks.data.fields import Array, in_bytes

START, TABLES, CODES, RESTART, SCAN = 0xC0, 0xDB, 0xC4, 0xDD, 0xDA
"""Markers of the segments that are read (ITU T.81, table B.1)."""
ZIGZAG = sorted(range(64), key=lambda at: (at // 8 + at % 8, at // 8 if (at // 8 + at % 8) % 2 else at % 8))
"""Place (8·row + column) of each coefficient in the order they are written in."""
Codes = dict[tuple[int, int], int]
"""By length and bits of a code, what it stands for."""


def photograph(path: Path) -> Array:
    """Colours of a baseline JPEG file (H, W, 3), in bytes; raises KeyError or IndexError for other files."""
    data = path.read_bytes()
    tables: dict[int, Array] = {}
    codes: dict[int, Codes] = {}
    parts: list[tuple[int, int, int, int]] = []
    height = width = 0
    for marker, body, rest in _segments(data):
        if marker == TABLES:
            for at in range(0, len(body), 65):
                tables[body[at] & 15] = np.frombuffer(body, np.uint8, 64, at + 1).astype(float)
        elif marker == CODES:
            codes |= _codes(body)
        elif marker == START:
            height, width = int.from_bytes(body[1:3], "big"), int.from_bytes(body[3:5], "big")
            parts = [(body[at], body[at + 1] >> 4, body[at + 1] & 15, body[at + 2]) for at in range(6, len(body), 3)]
        elif marker == SCAN:
            used = {body[at]: (codes[body[at + 1] >> 4], codes[16 + (body[at + 1] & 15)]) for at in range(1, 7, 2)}
            return _colours(_planes(rest, height, width, parts, tables, used), height, width)
    raise IndexError(f"{path} has no picture in it")


def _segments(data: bytes) -> Iterator[tuple[int, bytes, bytes]]:
    """Marker, content and what follows."""
    at = 2
    while at < len(data):
        length = int.from_bytes(data[at + 2 : at + 4], "big")
        yield data[at + 1], data[at + 4 : at + 2 + length], data[at + 2 + length :]
        at += 2 + length


def _codes(body: bytes) -> dict[int, Codes]:
    found: dict[int, Codes] = {}
    at = 0
    while at < len(body):
        counts, values, code, known = body[at + 1 : at + 17], at + 17, 0, Codes()
        for length, count in enumerate(counts, 1):
            for _ in range(count):
                known[length, code] = body[values]
                values, code = values + 1, code + 1
            code <<= 1
        found[body[at]], at = known, values
    return found


def _bits(rest: bytes) -> Iterator[int]:
    stuffed = rest.replace(b"\xff\x00", b"\xff")  # no restart markers in what is read here
    yield from np.unpackbits(np.frombuffer(stuffed, np.uint8)).tolist()


def _value(bits: Iterator[int], length: int) -> int:
    found = 0
    for _ in range(length):
        found = 2 * found + next(bits)
    return found if length == 0 or found >> (length - 1) else found - (1 << length) + 1


def _symbol(bits: Iterator[int], codes: Codes) -> int:
    length = code = 0
    while True:
        length, code = length + 1, 2 * code + next(bits)
        found = codes.get((length, code))
        if found is not None:
            return found


def _block(bits: Iterator[int], dc: Codes, ac: Codes) -> tuple[int, Array]:
    """The difference of its mean to the block before, and its coefficients without that."""
    found = np.zeros(64)
    step, at = _value(bits, _symbol(bits, dc)), 1
    while at < 64:
        run, length = divmod(_symbol(bits, ac), 16)
        if length == 0 and run != 15:
            break
        at += run
        found[at] = _value(bits, length)
        at += 1
    return step, found


def _planes(
    rest: bytes,
    height: int,
    width: int,
    parts: list[tuple[int, int, int, int]],
    tables: dict[int, Array],
    used: dict[int, tuple[Codes, Codes]],
) -> list[Array]:
    across, down = (max(part[at] for part in parts) for at in (1, 2))
    rows, columns = -(-height // (8 * down)), -(-width // (8 * across))
    blocks = [np.zeros((rows * part[2], columns * part[1], 64)) for part in parts]
    bits, before = _bits(rest), [0] * len(parts)
    for row in range(rows):
        for column in range(columns):
            for at, (name, right, low, table) in enumerate(parts):
                for place in range(low * right):
                    step, found = _block(bits, *used[name])
                    before[at] += step
                    found[0] = before[at]
                    y, x = row * low + place // right, column * right + place % right
                    blocks[at][y, x, ZIGZAG] = found * tables[table]
    found_planes = []
    for at, (_, right, low, _) in enumerate(parts):
        pixels = idctn(blocks[at].reshape(*blocks[at].shape[:2], 8, 8), axes=(2, 3), norm="ortho") + 128
        plane = pixels.transpose(0, 2, 1, 3).reshape(8 * blocks[at].shape[0], -1)
        found_planes.append(plane.repeat(down // low, 0).repeat(across // right, 1)[:height, :width])
    return found_planes


def _colours(planes: list[Array], height: int, width: int) -> Array:
    light, blue, red = planes[0][:height, :width], planes[1] - 128, planes[2] - 128
    return in_bytes(np.stack([light + 1.402 * red, light - 0.344136 * blue - 0.714136 * red, light + 1.772 * blue], -1))

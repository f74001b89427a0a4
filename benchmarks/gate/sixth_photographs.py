"""The two photographs that come with scikit-learn, read without an imaging library.

Both are baseline JPEG files (ITU-T T.81) of three components without subsampling, which is all that is read here.
"""

import importlib.util
from collections.abc import Iterator
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.fft import idctn

Array = NDArray[Any]
TABLES, FRAME, CODES, SCAN = 0xDB, 0xC0, 0xC4, 0xDA
"""Markers of the segments that are read."""
Codes = dict[tuple[int, int], int]
"""Symbols by length and value of their codes."""
LONGEST = 16
"""Bits of a code."""


@cache
def photograph(name: str) -> Array:
    """``china`` or ``flower``: bytes (3, 427, 640)."""
    package = importlib.util.find_spec("sklearn")
    folders = package.submodule_search_locations if package is not None else None
    if not folders:
        raise ModuleNotFoundError("the photographs come with scikit-learn, which is missing; install it")
    return decoded((Path(folders[0]) / "datasets" / "images" / f"{name}.jpg").read_bytes())


def decoded(file: bytes) -> Array:
    """Red, green and blue (3, H, W) of such a file. Raises ValueError for any other."""
    quantisers: dict[int, Array] = {}
    codes: dict[int, Codes] = {}
    height = width = 0
    components: list[int] = []
    place = 2
    while True:
        marker, size = file[place + 1], int.from_bytes(file[place + 2 : place + 4], "big")
        part = file[place + 4 : place + 2 + size]
        place += 2 + size
        if marker == TABLES:
            quantisers[part[0]] = np.frombuffer(part[1:65], np.uint8).astype(np.float64)
        elif marker == CODES:
            codes[part[0]] = dict(_codes(part[1:17], part[17:]))
        elif marker == FRAME:
            height, width = int.from_bytes(part[1:3], "big"), int.from_bytes(part[3:5], "big")
            if part[5] != 3 or {part[7], part[10], part[13]} != {0x11}:
                raise ValueError("only files of three components without subsampling are read")
            components = [part[8], part[11], part[14]]
        elif marker == SCAN:
            if not components:
                raise ValueError("only baseline files are read")
            tables = [(codes[part[2 * at] >> 4], codes[16 + (part[2 * at] & 15)]) for at in (1, 2, 3)]
            break
    rows, columns = -(-height // 8), -(-width // 8)
    blocks = _blocks(file[place:], tables, rows * columns)
    blocks *= np.stack([quantisers[one] for one in components])[:, None]
    unrolled = np.empty_like(blocks)
    unrolled[..., [8 * row + column for row, column in _zigzag()]] = blocks
    planes = idctn(unrolled.reshape(3, rows, columns, 8, 8), axes=(3, 4), norm="ortho").transpose(0, 1, 3, 2, 4)
    light, blue, red = planes.reshape(3, 8 * rows, 8 * columns)[:, :height, :width]
    light = light + 128
    colours = (light + 1.402 * red, light - 0.344136 * blue - 0.714136 * red, light + 1.772 * blue)
    found: Array = np.clip(np.stack(colours), 0, 255).round().astype(np.uint8)
    return found


def _codes(lengths: bytes, symbols: bytes) -> Iterator[tuple[tuple[int, int], int]]:
    """Length and value of each code, and its symbol."""
    code, taken = 0, 0
    for length, count in enumerate(lengths, start=1):
        for symbol in symbols[taken : taken + count]:
            yield (length, code), symbol
            code += 1
        taken += count
        code <<= 1


def _zigzag() -> list[tuple[int, int]]:
    places = product(range(8), range(8))
    return sorted(places, key=lambda at: (sum(at), at[0] if sum(at) % 2 else at[1]))


class _Bits:
    """The bits of a scan, from the first to the last."""

    def __init__(self, data: bytes) -> None:
        data = data.replace(b"\xff\x00", b"\xff")
        self.bits = "".join(f"{byte:08b}" for byte in data) + "1" * LONGEST
        self.at = 0

    def symbol(self, table: Codes) -> int:
        """The next code's."""
        for length in range(1, LONGEST + 1):
            found = table.get((length, int(self.bits[self.at : self.at + length], 2)))
            if found is not None:
                self.at += length
                return found
        raise ValueError("a code that is in no table")

    def number(self, size: int) -> int:
        """So many bits as a signed number."""
        if not size:
            return 0
        found = int(self.bits[self.at : self.at + size], 2)
        self.at += size
        return found if found >> (size - 1) else found - (1 << size) + 1


def _blocks(data: bytes, tables: list[tuple[Codes, Codes]], count: int) -> Array:
    """Coefficients (3, blocks, 64) in the order of the file."""
    bits = _Bits(data)
    found = np.zeros((3, count, 64))
    before = [0, 0, 0]
    for block in range(count):
        for component, (first, others) in enumerate(tables):
            before[component] += bits.number(bits.symbol(first))
            found[component, block, 0] = before[component]
            place = 1
            while place < 64:
                run, size = divmod(bits.symbol(others), 16)
                if not size and run < 15:
                    break
                place += run
                if size:
                    found[component, block, place] = bits.number(size)
                place += 1
    return found

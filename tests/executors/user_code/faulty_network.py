"""A user's own module, in a folder that is not on the import path: a network that behaves badly on demand."""

import ctypes
import os
import resource
import signal
import time
from pathlib import Path

import torch
from torch import Tensor, nn


class Fault(nn.Module):
    """Does nothing to its input; the first forward pass in training may end badly."""

    def __init__(self, kind: str, folder: str | None) -> None:
        super().__init__()
        self.kind = kind
        self.folder = folder

    def forward(self, x: Tensor) -> Tensor:
        if self.kind == "nan":
            return x * float("nan")
        if self.kind == "raise":
            raise ValueError("the forward pass went wrong")
        if self.kind == "tell":
            raise ValueError(f"{torch.get_num_threads()} thread in {Path.cwd()}")
        if self.kind == "exit":
            os._exit(7)
        if self.kind == "segfault":
            ctypes.string_at(0)
        if self.kind == "meet" and self.folder is not None:
            deadline = time.monotonic() + 120
            while len(list(Path(self.folder).iterdir())) < 2 and time.monotonic() < deadline:
                time.sleep(0.02)
        if self.kind.startswith("await ") and self.folder is not None:
            self.wait_for(Path(self.folder) / self.kind.removeprefix("await "))
        if self.kind.startswith("leave ") and self.folder is not None:
            (Path(self.folder) / self.kind.removeprefix("leave ")).touch()
        if self.kind == "sleep":
            time.sleep(600)
        if self.kind.startswith("greedy") and not x.is_meta:
            self.take_too_much()
        return x

    def wait_for(self, file: Path) -> None:
        """Until it is there."""
        deadline = time.monotonic() + 120
        while not file.exists():
            if time.monotonic() > deadline:
                raise TimeoutError(f"{file.name} has not come")
            time.sleep(0.02)

    def take_too_much(self) -> None:
        """More than any machine has; ``greedy once`` more than a limit of this process that it sets the first time."""
        if self.kind == "greedy":
            torch.empty(2**50)
        elif self.folder is not None and not (marker := Path(self.folder) / "greedy").exists():
            marker.write_text(str(os.getpid()))
            pages = int(Path("/proc/self/statm").read_text().split()[0])
            limit = pages * os.sysconf("SC_PAGE_SIZE") + 2**28
            resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
            torch.ones(2**28)


def build(
    *, input_shape: tuple[int, int, int], outputs: int, kind: str = "none", folder: str | None = None
) -> nn.Module:
    """A linear network with a fault. ``folder`` gets a file named by the process that builds it; ``meet`` waits there
    for a second process, ``await NAME`` for a file, and ``leave NAME`` makes one."""
    if folder is not None:
        (Path(folder) / str(os.getpid())).touch()
    if kind == "raise in factory":
        raise RuntimeError("the factory went wrong")
    if kind == "die once" and folder is not None:
        marker = Path(folder) / "died"
        if not marker.exists():
            marker.touch()
            os.kill(os.getpid(), signal.SIGKILL)
    channels, height, width = input_shape
    return nn.Sequential(nn.Flatten(), nn.Linear(channels * height * width, outputs), Fault(kind, folder))


def load() -> None:
    """A loader that fails."""
    raise OSError("the disk is gone")


def load_and_die() -> None:
    """A loader that ends its process."""
    os._exit(1)


def load_too_much() -> tuple[Tensor, Tensor]:
    """Images that take no memory before they are copied, and then more than any machine has."""
    return torch.zeros(1, 1, 1, 1).expand(64, 1, 2**20, 2**20), torch.arange(64) % 2

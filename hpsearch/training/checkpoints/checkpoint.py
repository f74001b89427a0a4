"""Checkpoints: where a trial stood at the end of an epoch, for a training that goes on there as if it had not ended.

One file of safetensors a trial: no code is in it, and nothing in it is believed that its name does not vouch for.
"""

import hashlib
import json
import logging
import os
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load, save
from torch import Tensor

from hpsearch.cohort import Arrangement
from hpsearch.job import Job
from hpsearch.training.blame import described

LOG = logging.getLogger(__name__)
SUFFIX = ".safetensors"
SHARD = 3
"""So many hexadecimal digits of its key name the folder of a file: one folder for all those of a large round would be
searched by each of its trials."""
FORMAT = 2
"""Of what lies in a file; it is in the name, so that a file of another format is none."""
DOCUMENT = "trial"
"""Name of what is no tensor, as JSON, among a file's metadata."""


@dataclass(frozen=True)
class Snapshot:
    """All that decides how a training goes on, and what has been recorded of it."""

    epoch: int
    """It has ended."""
    tensors: dict[str, Any]
    """Tensors alone in one that is kept."""
    document: dict[str, Any]
    """JSON values: floats keep every bit there."""


class Checkpoints:
    """The checkpoints of one study's trials, in a folder of their own. A folder that is missing takes and gives none.

    Damaged files, and those of other settings, another device, another version of torch or of this system, count as
    missing: then training begins at its start.
    """

    def __init__(self, folder: str, arrangement: Arrangement, device: torch.device) -> None:
        self._folder = Path(folder)
        versions = (FORMAT, version("hpsearch"), torch.__version__)
        self._surroundings = (arrangement.stacked, arrangement.memory_format, device.type, *versions)

    def save(self, job: Job, taken: Callable[[], Snapshot]) -> None:
        """Keeps what is ``taken`` in place of earlier ones of the job.

        A disk that is full, or a network whose state cannot be kept, costs no more than the checkpoint. Raises
        MemoryError, which is the process's own.
        """
        if not self._folder.is_dir():
            return
        try:
            self._keep(job, taken())
        except MemoryError:
            raise
        except (Exception, SystemExit) as error:  # noqa: BLE001  (the user's code says what its state is)
            LOG.info("trial %s of %s is not set aside: %s", job.number, job.stage, described(error))

    def _keep(self, job: Job, snapshot: Snapshot) -> None:
        strange = sorted(name for name, value in snapshot.tensors.items() if not isinstance(value, Tensor))
        if strange:
            raise TypeError(f"the network's state holds what is no tensor: {', '.join(strange)}")
        tensors = {name: tensor.detach().cpu().contiguous().clone() for name, tensor in snapshot.tensors.items()}
        written = save(tensors, metadata={DOCUMENT: json.dumps(snapshot.document)})
        name = f"{self._key(job)}-{snapshot.epoch}-{hashlib.sha256(written).hexdigest()}{SUFFIX}"
        shard = self._folder / name[:SHARD]
        shard.mkdir(mode=0o700, exist_ok=True)
        _write(shard, name, written)
        os.utime(self._folder)  # so that it tells when something was written into it
        for epoch, path in self._files(job):
            if epoch <= snapshot.epoch and path.name != name:  # the seconds in it differ, if it comes once more
                path.unlink(missing_ok=True)

    def load(self, job: Job) -> Snapshot | None:
        """The latest one within the job's budget; None if there is none to be trusted."""
        budget = job.budget
        last = min(budget.epochs or 0, budget.until_epoch or budget.epochs or 0)
        for epoch, path in sorted(self._files(job), reverse=True):
            if epoch <= last and (found := _read(path)) is not None:
                return Snapshot(epoch, *found)
        return None

    def _files(self, job: Job) -> list[tuple[int, Path]]:
        key = self._key(job)
        found = (self._folder / key[:SHARD]).glob(f"{key}-*{SUFFIX}")
        return [(int(path.name.split("-")[1]), path) for path in found if path.name.split("-")[1].isdecimal()]

    def _key(self, job: Job) -> str:
        """Of the job whatever its rung; what else a result depends on is in it."""
        whole = replace(job, budget=replace(job.budget, until_epoch=None))
        return hashlib.sha256(repr((whole, *self._surroundings)).encode()).hexdigest()


def _write(folder: Path, name: str, written: bytes) -> None:
    """Whole or not at all."""
    handle, temporary = tempfile.mkstemp(dir=folder, prefix=".", suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(written)
        Path(temporary).replace(folder / name)  # what a crash of the machine leaves of it does not fit its name
    except OSError:
        Path(temporary).unlink(missing_ok=True)
        raise


def _read(path: Path) -> tuple[dict[str, Tensor], dict[str, Any]] | None:
    """None for a file that is not what its name says."""
    try:
        written = path.read_bytes()
    except OSError:
        return None
    if hashlib.sha256(written).hexdigest() != path.name.removesuffix(SUFFIX).rpartition("-")[2]:
        return None
    try:
        length = int.from_bytes(written[:8], "little")
        header = json.loads(written[8 : 8 + length])
        return load(written), json.loads(header["__metadata__"][DOCUMENT])
    except (SafetensorError, ValueError, KeyError, TypeError):
        return None

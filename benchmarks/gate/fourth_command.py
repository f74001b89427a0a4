"""What the command itself says of a project in a folder of its own, as in somebody's CI job."""

import json
import os
import resource
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from benchmarks.gate import fifth_data, fourth_data, sixth_data

ROOT = Path(__file__).parents[2]
PASSED, FAILED, REFUSED = 0, 1, 2
"""Exit codes."""
LOADERS = {name: module.load for module in (fourth_data, fifth_data, sixth_data) for name in module.DRAWN}
"""Who draws which data."""
FILE = "numpy"
"""The data set of files; their names are those of the data and of a fault: ``stripes+unread.npz``."""


def commanded(definition: Mapping[str, Any]) -> dict[str, Any]:
    """The document of ``hpsearch check``, in the form of ``looked``; processor seconds from command to exit.

    A definition that is refused fails, with one code ``refused`` for each of its problems; a command that ends in any
    other way, or with a traceback, fails with ``crashed``.
    """
    with TemporaryDirectory() as folder:
        place = Path(folder)
        data = definition["data"]
        if data.get("dataset") == FILE:
            name, _, fault = Path(data["path"]).stem.partition("+")
            images, targets = LOADERS[name](name, fault)
            np.savez(place / data["path"], images=images, targets=targets)
        (place / "study.yaml").write_text(json.dumps(definition), encoding="utf-8")  # JSON is YAML
        command = [str(Path(sys.executable).with_name("hpsearch")), "check", "study.yaml", "--json"]
        settings = {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1", "HPSEARCH_HOME": str(place / "home")}
        before = _seconds()
        done = subprocess.run(command, cwd=place, env=settings, capture_output=True, text=True, check=False)
        seconds = _seconds() - before
    return {**_told(done), "seconds": seconds}


def _told(done: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    if done.returncode not in (PASSED, FAILED, REFUSED) or "Traceback" in done.stderr:
        return _one("crashed", [done.stderr])
    found = json.loads(done.stdout)
    if done.returncode == REFUSED:
        return _one("refused", [f"{one['path']}: {one['message']} | {one['next_step']}" for one in found["problems"]])
    said = [{key: one[key] for key in ("part", "code", "severity", "message")} for one in found["findings"]]
    summaries = {part["name"]: f"{part['verdict']}: {part['summary']}" for part in found["parts"]}
    return {"verdict": found["verdict"], "said": said, "summaries": summaries}


def _one(code: str, messages: list[str]) -> dict[str, Any]:
    said = [{"part": "definition", "code": code, "severity": "error", "message": message} for message in messages]
    return {"verdict": "fail", "said": said, "summaries": {}}


def _seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime

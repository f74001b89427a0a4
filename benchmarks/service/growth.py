"""What one request costs for studies of 100, 10,000 and 100,000 trials."""

import json
import time
from collections.abc import Mapping, Sequence
from statistics import median

from benchmarks.service.clients import Connection, Door
from benchmarks.service.figures import milliseconds, quantile, table
from benchmarks.service.samples import STAGE, study_of
from benchmarks.service.server import Server, Storage

SIZES = (100, 10_000, 100_000)
PATHS = {
    "`/v1/studies/{id}`": "",
    "`…/stages`": "/stages",
    "`…/trials`": "/trials",
    "`…/trials?state=complete&limit=90`": "/trials?state=complete&limit=90",
    "`…/trials?state=failed&limit=1`": "/trials?state=failed&limit=1",
    "`…/trials?sort=value`": "/trials?sort=value",
    "`…/trials?sort=value&descending=true`": "/trials?sort=value&descending=true",
    "`…/trials?sort=duration`": "/trials?sort=duration",
    "`…/trials?sort=duration&descending=true`": "/trials?sort=duration&descending=true",
    "`…/trials/coarse/50`": f"/trials/{STAGE.value}/50",
}
HEAD = ("one client; p50 (p99), ms", *(f"{size:,} trials" for size in SIZES), "growth of p50")
DASHBOARD_HEAD = ("seconds", *(f"{size:,} trials" for size in SIZES), "growth")


def growth(server: Server, storage: Storage, rounds: int) -> str:
    """Both sections: the API's own answers, and the dashboard's."""
    key, secret = storage.key("owner")
    ids = {size: study_of(storage.engine, key, size) for size in SIZES}
    client = Door(server.url, secret).connection()
    own = [_row(client, ids, name, path, rounds) for name, path in PATHS.items()]
    note = f"Sizes take turns, n = {rounds} each. A page has up to 100 trials. 97 % are complete, 1 % failed, 8 run."
    return "\n".join(
        [
            table("Growth with the trials: the API", HEAD, own, note),
            table("Growth with the trials: the dashboard's study page", DASHBOARD_HEAD, _dashboard(client)),
        ]
    )


def _row(client: Connection, ids: Mapping[int, int], name: str, path: str, rounds: int) -> tuple[str, ...]:
    times: dict[int, list[float]] = {size: [] for size in SIZES}
    for turn in range(rounds + 3):
        for size, study_id in ids.items():
            spent = _timed(client, f"/v1/studies/{study_id}{path}")
            if turn >= 3:  # warm
                times[size].append(spent)
    return (name, *_cells(times), f"**{median(times[SIZES[-1]]) / median(times[SIZES[0]]):.2f}**")


def _cells(times: Mapping[int, Sequence[float]]) -> list[str]:
    return [f"{milliseconds(median(one))} ({milliseconds(quantile(one, 0.99))})" for one in times.values()]


def _dashboard(client: Connection) -> list[tuple[str, ...]]:
    """What the page of a stage asks for: first by a dashboard that has not seen it, then again."""
    began = time.perf_counter()
    listed = json.loads(client.ask("GET", "/api/studies"))["study_summaries"]
    start_s = time.perf_counter() - began
    stages = {int(one["study_name"].split("/")[0].split("-")[1]): one["study_id"] for one in listed}
    asked = {
        "its first answer, `/api/studies/{stage}`": "?after=0",
        "the same again": "?after=0",
        "what an open page asks every few seconds": "?after={size}",
    }
    rows: list[tuple[str, ...]] = [
        ("start of the dashboard's process and list of studies", f"{start_s:.1f}", "", "", "")
    ]
    for name, query in asked.items():
        spent = [_timed(client, f"/api/studies/{stages[size]}{query.format(size=size)}") for size in SIZES]
        rows.append((name, *(f"{one:.2f}" for one in spent), f"{spent[-1] / spent[0]:.1f}"))
    return rows


def _timed(client: Connection, path: str) -> float:
    began = time.perf_counter()
    client.ask("GET", path)
    return time.perf_counter() - began

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


def growth(server: Server, storage: Storage, rounds: int, sizes: Sequence[int] = SIZES) -> str:
    """Both sections: the API's own answers, and the dashboard's."""
    key, secret = storage.key("owner")
    ids = {size: study_of(storage.engine, key, size) for size in sizes}
    client = Door(server.url, secret).connection()
    own = [_row(client, ids, name, path, rounds) for name, path in PATHS.items()]
    note = f"Sizes take turns, n = {rounds} each. A page has up to 100 trials. 97 % are complete, 1 % failed, 8 run."
    columns = [f"{size:,} trials" for size in sizes]
    head = ("one client; p50 (p99), ms", *columns, "growth of p50")
    of_dashboard = ("seconds", *columns, "growth")
    return "\n".join(
        [
            table("Growth with the trials: the API", head, own, note),
            table("Growth with the trials: the dashboard's study page", of_dashboard, _dashboard(client, sizes)),
        ]
    )


def _row(client: Connection, ids: Mapping[int, int], name: str, path: str, rounds: int) -> tuple[str, ...]:
    times: dict[int, list[float]] = {size: [] for size in ids}
    for turn in range(rounds + 3):
        for size, study_id in ids.items():
            spent = _timed(client, f"/v1/studies/{study_id}{path}")
            if turn >= 3:  # warm
                times[size].append(spent)
    medians = [median(one) for one in times.values()]
    return (name, *_cells(times), f"**{medians[-1] / medians[0]:.2f}**")


def _cells(times: Mapping[int, Sequence[float]]) -> list[str]:
    return [f"{milliseconds(median(one))} ({milliseconds(quantile(one, 0.99))})" for one in times.values()]


def _dashboard(client: Connection, sizes: Sequence[int]) -> list[tuple[str, ...]]:
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
        spent = [_timed(client, f"/api/studies/{stages[size]}{query.format(size=size)}") for size in sizes]
        rows.append((name, *(f"{one:.2f}" for one in spent), f"{spent[-1] / spent[0]:.1f}"))
    return rows


def _timed(client: Connection, path: str) -> float:
    began = time.perf_counter()
    client.ask("GET", path)
    return time.perf_counter() - began

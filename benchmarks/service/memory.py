"""Memory of an idle service: proportional set sizes, in which what processes share counts once."""

import time

import psutil

from benchmarks.service.clients import Door
from benchmarks.service.figures import table
from benchmarks.service.server import Server, serving

SETTLE_S = 10.0
PARTS = {"conductor": "conductor", "dashboard": "hpsearch.dashboard", "Postgres": "postgres", "API": "serve"}
"""Of a process, by a word of its command line; the first that fits."""
HEAD = ("MB", "API", "conductor", "Postgres", "**without the dashboard**", "dashboard")


def memory(settle_s: float = SETTLE_S) -> str:
    """The section; on a service of its own, whose database nobody else uses."""
    with serving() as server:
        time.sleep(settle_s)
        idle = _measured(server)
        client = Door(server.url, server.secret).connection()
        for path in ("/dashboard/", "/api/studies"):
            client.ask("GET", path)
        time.sleep(settle_s)
        looked_at = _measured(server)
    with serving("--api-only") as server:
        time.sleep(settle_s)
        alone = _measured(server)
    rows = [
        _row("`hpsearch serve`", idle),
        _row("after the first page of the dashboard", looked_at),
        _row("`hpsearch serve --api-only`", alone),
    ]
    note = f"Proportional set size of every process, {settle_s:g} s after it was ready, without a study; n = 1."
    return table("Memory of an idle service", HEAD, rows, note)


def _measured(server: Server) -> dict[str, float]:
    """MB by part."""
    found = dict.fromkeys(PARTS, 0.0)
    for process in server.processes():
        try:
            words, bytes_ = " ".join(process.cmdline()), process.memory_full_info().pss
        except psutil.Error:
            continue
        part = "Postgres" if "store.supervisor" in words else next(one for one, word in PARTS.items() if word in words)
        found[part] += bytes_ / 1e6
    return found


def _row(name: str, found: dict[str, float]) -> tuple[str, ...]:
    without = sum(found.values()) - found["dashboard"]
    own = [found["API"], found["conductor"], found["Postgres"]]
    return (name, *(f"{one:.0f}" for one in own), f"**{without:.0f}**", f"{found['dashboard']:.0f}")

"""Submitting and reading with eight clients at once, and the same with Optuna's own storage."""

import json
from typing import Any

from benchmarks.service.clients import Call, Door, Load, at_once
from benchmarks.service.figures import table
from benchmarks.service.optuna_own import filled_study
from benchmarks.service.samples import body, study_of
from benchmarks.service.server import Server, Storage

CLIENTS = 8
SIZES = (100, 1_000)
HEAD = ("8 clients", "per second", "p50, ms", "p99, ms", "n")


def requests(server: Server, storage: Storage, seconds: float) -> str:
    """The section."""
    names = {trials: filled_study(storage.optuna_url, trials) for trials in SIZES}  # makes Optuna's tables, too
    doors = [Door(server.url, storage.key(f"client-{i}")[1]) for i in range(CLIENTS)]
    key, secret = storage.key("reader")
    door = Door(server.url, secret)
    submits = at_once(submitting, [(one, f"submit-{i}") for i, one in enumerate(doors)], seconds)
    studies = at_once(creating_in_optuna, [(storage.optuna_url, f"submit-{i}") for i in range(CLIENTS)], seconds)
    rows = [
        ("`POST /v1/studies`", *submits.cells()),
        ("`optuna.create_study`", *studies.cells()),
        ("ratio", _ratio(submits, studies), "", "", ""),
    ]
    for trials, name in names.items():
        study_id = study_of(storage.engine, key, trials)
        status = at_once(reading, [(door, f"/v1/studies/{study_id}")] * CLIENTS, seconds)
        page = at_once(
            reading, [(door, f"/v1/studies/{study_id}/trials?sort=value&descending=true")] * CLIENTS, seconds
        )
        kept = at_once(reading_with_optuna, [(storage.optuna_url, name, trials)] * CLIENTS, seconds)
        rows += [
            (f"`GET /v1/studies/{{id}}`, {trials:,} trials", *status.cells()),
            (f"`GET …/trials`, the best 100 of {trials:,}", *page.cells()),
            (f"`optuna.load_study(…).trials`, {trials:,} trials, storage kept open", *kept.cells()),
            ("ratio of the first to this", _ratio(status, kept), "", "", ""),
        ]
    note = (
        f"Each client is a process with one kept connection, {seconds:g} s each; Optuna's RDBStorage works on the same "
        "Postgres, with tables of its own."
    )
    return table("Requests with 8 clients", HEAD, rows, note)


def submitting(door: Door, prefix: str) -> Call:
    """Submits studies with names of their own."""
    connection = door.connection()

    def call(number: int) -> None:
        connection.ask("POST", "/v1/studies", body(f"{prefix}-{number}"), 201)

    return call


def reading(door: Door, path: str) -> Call:
    """Reads one path."""
    connection = door.connection()

    def call(_: int) -> None:
        json.loads(connection.ask("GET", path))

    return call


def creating_in_optuna(url: str, prefix: str) -> Call:
    """Creates studies with names of their own."""
    optuna, storage = _optuna(url)

    def call(number: int) -> None:
        optuna.create_study(storage=storage, study_name=f"{prefix}-{number}", direction="maximize")

    return call


def reading_with_optuna(url: str, name: str, trials: int) -> Call:
    """Reads all trials of a study, with a storage that remembers finished ones: only what is new is read."""
    optuna, storage = _optuna(url)

    def call(_: int) -> None:
        if len(optuna.load_study(study_name=name, storage=storage).trials) != trials:
            raise RuntimeError("trials are missing")

    return call


def _ratio(mine: Load, other: Load) -> str:
    return f"**{mine.per_second / other.per_second:.1f}**"


def _optuna(url: str) -> tuple[Any, Any]:
    import optuna

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    return optuna, optuna.storages.get_storage(url)

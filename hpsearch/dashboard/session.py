"""What a connection of the dashboard may see, as options of the connection itself: no statement can forget them."""

import re

from sqlalchemy import URL

from hpsearch.store.engine import postgres_url

_SETTINGS = {
    "search_path": "optuna",
    "default_transaction_read_only": "on",
    "timezone": "UTC",
    "statement_timeout": "120s",
    "idle_in_transaction_session_timeout": "30s",
}


def views_of(url: str, owner: str | None, stage: int | None) -> tuple[URL, str]:
    """The database, and the ``options`` of a connection that sees the views and nothing but this.

    ``owner``: one owner's studies, None for all. ``stage``: that stage with its note and plot; None for a list of all
    stages without these. Of an option that the URL gives too, ours counts.
    """
    if owner is not None and (not owner or "\0" in owner):
        raise ValueError(f"an owner is a text without NUL characters, and not empty (got {owner!r})")
    settings = dict(_SETTINGS)
    if owner is not None:
        settings["hpsearch.owner"] = owner
    settings |= {"hpsearch.notes": "off"} if stage is None else {"hpsearch.stage": str(stage)}
    parsed = postgres_url(url)
    given = parsed.query.get("options", ())
    options = [given] if isinstance(given, str) else [*given]
    options += [f"-c {name}={escaped(value)}" for name, value in settings.items()]
    return parsed.difference_update_query(["options"]), " ".join(options)


def escaped(value: str) -> str:
    """The value as one word of the connection's options: Postgres splits them at blanks, and a backslash keeps one."""
    return re.sub(r"([\s\\])", r"\\\1", value)

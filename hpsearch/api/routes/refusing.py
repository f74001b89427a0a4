"""The refusals that every route has in common."""

from typing import Any

from hpsearch.api.problems import refusals

COMMON: dict[int | str, dict[str, Any]] = refusals(400, 401, 403, 408, 413, 421, 422, 429, 503)
"""A misdirected request, no key, a key without the scope, a body that is too slow or too long, parameters that cannot
be read, too many requests, and no database."""

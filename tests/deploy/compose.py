"""The compose file as the tests read it."""

from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
FILE = ROOT / "docker-compose.yml"


def compose() -> dict[str, Any]:
    """The file with its anchors merged in."""
    content: dict[str, Any] = yaml.safe_load(FILE.read_text())
    return content


def command_of(service: str) -> list[str]:
    """What a service's container runs."""
    command: list[str] = compose()["services"][service]["command"]
    return command

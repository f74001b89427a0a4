"""What goes to standard output: one JSON document, Markdown, or text that fits where it goes."""

import sys
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from rich.console import RenderableType

    from hpsearch.report.document import Document

PIPED_WIDTH = 100
"""Columns of text that does not go to a terminal."""


def print_json(document: "Document") -> None:
    """The document, indented."""
    click.echo(document.model_dump_json(indent=2))


def print_text(renderable: "RenderableType", piped_width: int = PIPED_WIDTH) -> None:
    """As wide as the terminal and in its colours; plain and ``piped_width`` wide elsewhere."""
    from rich.console import Console

    from hpsearch.report.text import plain_text

    if sys.stdout.isatty():
        Console().print(renderable)
    else:
        click.echo(plain_text(renderable, piped_width), nl=False)

"""``hpsearch audit``: who did what."""

import click

from hpsearch.cli.guard import GuardedCommand
from hpsearch.cli.options import json_option


@click.command(cls=GuardedCommand)
@click.option("--limit", type=click.IntRange(1, 100_000), default=50, show_default=True, help="At most so many.")
@json_option
def audit(limit: int, as_json: bool) -> None:
    """Show who changed what, the newest first: through the service, or here on the command line."""
    from hpsearch.cli.auditing import audit_renderable, audited
    from hpsearch.cli.output import print_json, print_text
    from hpsearch.settings import settings_from_environment

    document = audited(settings_from_environment(), limit)
    if as_json:
        print_json(document)
    else:
        print_text(audit_renderable(document))

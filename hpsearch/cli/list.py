"""``hpsearch list``: all studies."""

import click

from hpsearch.cli.guard import GuardedCommand
from hpsearch.cli.options import json_option


@click.command("list", cls=GuardedCommand)
@json_option
def list_studies(as_json: bool) -> None:
    """List all studies, the newest first."""
    from hpsearch.cli.output import print_json, print_text
    from hpsearch.storage import abandoned, open_store_to_look
    from hpsearch.report.compose import list_document
    from hpsearch.report.text import studies_renderable
    from hpsearch.settings import settings_from_environment

    settings = settings_from_environment()
    with open_store_to_look(settings) as store:
        studies = store.studies()
        left = {study.id for study in studies if abandoned(store, study)}
        document = list_document(studies, settings.database_shown, left)
    if as_json:
        print_json(document)
    else:
        print_text(studies_renderable(document))

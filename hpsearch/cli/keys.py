"""``hpsearch keys``: who may use the service of this machine's store."""

import click

from hpsearch.access import Limits, Scope, limits_of
from hpsearch.cli.guard import GuardedCommand
from hpsearch.cli.options import json_option

LONGEST_NUMBER = 18
"""Digits; more would be no limit."""


class LimitOption(click.ParamType[tuple[str, int]]):
    """``NAME=NUMBER``, for example running=2."""

    name = "NAME=NUMBER"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, int]:
        """Reads and checks one limit."""
        limit, separator, number = str(value).partition("=")
        if not separator or not number.isascii() or not number.isdecimal() or len(number) > LONGEST_NUMBER:
            self.fail(f"{value!r} is not NAME=NUMBER, for example running=2", param, ctx)
        try:
            limits_of({limit: int(number)})
        except ValueError as error:
            self.fail(str(error), param, ctx)
        return limit, int(number)


@click.group()
def keys() -> None:
    """Create, list and revoke the keys of the service that works on this machine's store."""


@keys.command(cls=GuardedCommand)
@click.option("--owner", required=True, help="Whose studies the key sees and submits.")
@click.option("--label", required=True, help="What it is for, to recognise it by.")
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    type=click.Choice([scope.value for scope in Scope]),
    help="What it allows; give the option once for each. By default read and submit.",
)
@click.option("--limit", "limits", multiple=True, type=LimitOption(), help=f"One of {', '.join(Limits().as_dict())}.")
@json_option
def create(owner: str, label: str, scopes: tuple[str, ...], limits: tuple[tuple[str, int], ...], as_json: bool) -> None:
    """Create a key and print it, this once: only a hash of it is kept."""
    from hpsearch.cli.keyring import created
    from hpsearch.cli.output import print_json
    from hpsearch.settings import settings_from_environment

    chosen = frozenset(Scope(scope) for scope in scopes) or frozenset({Scope.READ, Scope.SUBMIT})
    try:
        document = created(settings_from_environment(), owner, label, chosen, limits_of(dict(limits)))
    except ValueError as error:
        raise click.UsageError(str(error)) from error
    if as_json:
        print_json(document)
        return
    click.echo(
        f"Key {document.prefix} of {document.owner}. It is shown only now; keep it where others do not.", err=True
    )
    click.echo(document.secret)


@keys.command("list", cls=GuardedCommand)
@json_option
def list_keys(as_json: bool) -> None:
    """List all keys, revoked ones included; never their secrets."""
    from hpsearch.cli.keyring import keys_renderable, listed
    from hpsearch.cli.output import print_json, print_text
    from hpsearch.settings import settings_from_environment

    document = listed(settings_from_environment())
    if as_json:
        print_json(document)
    else:
        print_text(keys_renderable(document))


@keys.command(cls=GuardedCommand)
@click.argument("prefix")
@json_option
def revoke(prefix: str, as_json: bool) -> None:
    """Revoke the key that begins with PREFIX: from now on the service refuses it."""
    from hpsearch.cli.keyring import revoked
    from hpsearch.cli.output import print_json
    from hpsearch.settings import settings_from_environment

    document = revoked(settings_from_environment(), prefix)
    if as_json:
        print_json(document)
    else:
        click.echo(f"Key {document.prefix} of {document.owner} ({document.label}) is revoked.")

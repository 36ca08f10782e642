"""`fullcircle sources connect` and `change`. A secret never stands on the command line: others on the machine could
read it there, and the shell keeps it."""

import base64
import os
import secrets as random_bytes
import sys
from collections.abc import Mapping, Sequence

import click

from fullcircle.core.errors import ConfigError
from fullcircle.core.ports import ConnectorSpec
from fullcircle.ops.commands.sources import sources
from fullcircle.ops.show import in_workspace, show_json

_SET = click.option("--set", "sets", multiple=True, metavar="KEY=VALUE", help="A setting; as often as needed.")
_SECRET = click.option(
    "--secret",
    "asked",
    multiple=True,
    metavar="KEY",
    help="Ask for this secret, or read a line of standard input.",
)
_FROM = click.option(
    "--secret-from",
    "from_env",
    multiple=True,
    metavar="KEY=VARIABLE",
    help="Take a secret from the environment.",
)


@sources.command("connect")
@click.argument("connector")
@click.option("--name", default="", help="What to call it; the connector's name by default.")
@_SET
@_SECRET
@_FROM
@click.option("--account", default="", help="Handle of our account it speaks for; the setting `handle` by default.")
@click.option("--anyway", is_flag=True, help="Connect although the platform does not answer as it should.")
@in_workspace
def connect(
    workspace_id: int,
    as_json: bool,
    connector: str,
    name: str,
    sets: tuple[str, ...],
    asked: tuple[str, ...],
    from_env: tuple[str, ...],
    account: str,
    anyway: bool,
) -> int:
    """Connect a source: its settings are checked, then whether the platform lets us in, then it is on.

    For a webhook an address and a secret are made and shown once.
    """
    from fullcircle.desk.sources import access_account, check_settings, connect_source
    from fullcircle.store.visibility import operator

    viewer, spec = operator(workspace_id), _spec(connector)
    settings = pairs(sets, spec)
    is_webhook = spec.name == "webhook"
    given = {"secret": new_secret()} if is_webhook and not (asked or from_env) else secrets_of(spec, asked, from_env)
    filled = check_settings(spec, settings, given)
    health = _health(workspace_id, connector, filled, given, anyway)
    handle = account or filled.get("handle", "")
    row = connect_source(
        viewer,
        spec,
        name or spec.label,
        settings,
        given,
        _keys(),
        account_id=access_account(viewer, spec.name, handle).pk if handle else None,
        intake_key=random_bytes.token_urlsafe(24) if is_webhook else "",
    )
    _tell(as_json, row.pk, row.name, health, _address(row.intake_key), given.get("secret", "") if is_webhook else "")
    return 0


@sources.command("change")
@click.argument("name")
@_SET
@_SECRET
@_FROM
@click.option("--anyway", is_flag=True, help="Change although the platform does not answer as it should.")
@in_workspace
def change(
    workspace_id: int,
    as_json: bool,
    name: str,
    sets: tuple[str, ...],
    asked: tuple[str, ...],
    from_env: tuple[str, ...],
    anyway: bool,
) -> int:
    """Give a source other settings or new credentials; what is not named stays. A stopped one is resumed apart."""
    from fullcircle.desk.sources import access_source, change_source, check_settings
    from fullcircle.store.credentials import unseal
    from fullcircle.store.visibility import operator

    viewer = operator(workspace_id)
    row = access_source(viewer, name)
    spec = _spec(row.connector)
    settings, given = pairs(sets, spec), secrets_of(spec, asked, from_env, is_new=False)
    kept = unseal(row.secrets, f"source:{row.pk}", _keys()) if row.secrets else {}
    filled = check_settings(spec, {**row.settings, **settings}, {**kept, **given})
    health = _health(workspace_id, row.connector, filled, {**kept, **given}, anyway)
    row = change_source(viewer, spec, name, settings, given, _keys())
    _tell(as_json, row.pk, row.name, health)
    if row.state != "on" and not as_json:
        click.echo(f"It is still off. `fullcircle sources resume “{row.name}”` switches it on.")
    return 0


def pairs(sets: Sequence[str], spec: ConnectorSpec) -> dict[str, str]:
    """`key=value` each. Raises ConfigError for one without `=`, and for a secret."""
    secret = {setting.name for setting in spec.settings if setting.is_secret}
    found: dict[str, str] = {}
    for text in sets:
        key, equals, value = text.partition("=")
        if not equals:
            raise ConfigError(f"--set {text}: there is no =.", hint="Write --set key=value.")
        if key in secret:
            raise ConfigError(
                f"{key} is a secret and does not belong on the command line.",
                hint=f"Use --secret {key}, or --secret-from {key}=VARIABLE. Change it on the platform: it was seen.",
            )
        found[key] = value
    return found


def secrets_of(
    spec: ConnectorSpec, asked: Sequence[str], from_env: Sequence[str], *, is_new: bool = True
) -> dict[str, str]:
    """From variables, then typed; what a new source needs is asked for without being told. Raises ConfigError."""
    found: dict[str, str] = {}
    for text in from_env:
        key, _, variable = text.partition("=")
        if not os.environ.get(variable):
            raise ConfigError(f"--secret-from {text}: the variable “{variable}” is empty.", hint="Set and export it.")
        found[key] = os.environ[variable]
    if any("=" in key for key in asked):
        raise ConfigError("A secret's value does not belong on the command line.", hint="--secret KEY asks for it.")
    needed = [setting.name for setting in spec.settings if setting.is_secret and setting.is_required and is_new]
    for key in dict.fromkeys([*asked, *needed]):
        if key not in found:
            found[key] = _typed(key)
    return {key: value for key, value in found.items() if value}


def _typed(key: str) -> str:
    if sys.stdin.isatty():
        return str(click.prompt(key, hide_input=True)).strip()
    return sys.stdin.readline().strip()


def new_secret() -> str:
    """32 random bytes, written as Standard Webhooks writes them."""
    return "whsec_" + base64.b64encode(random_bytes.token_bytes(32)).decode()


def _spec(connector: str) -> ConnectorSpec:
    from fullcircle.connectors.registry import connector_named

    return connector_named(connector).spec


def _keys() -> list[str]:
    from fullcircle.config.keys import read_keys
    from fullcircle.config.options import options

    return read_keys(options().home, "credentials")


def _health(
    workspace_id: int, connector: str, settings: Mapping[str, str], secrets: Mapping[str, str], anyway: bool
) -> str:
    """What the platform says of it. Raises ConfigError where it does not let us in, unless told to go on."""
    from fullcircle.connectors.guard import GuardedClient
    from fullcircle.connectors.registry import connector_named
    from fullcircle.core.moments import now
    from fullcircle.core.ports import SourceContext
    from fullcircle.ops.engine import allowed_hosts

    at = now()
    with GuardedClient(allow=allowed_hosts()) as client:
        context = SourceContext(workspace_id, 0, dict(settings), dict(secrets), at, client, at)
        health = connector_named(connector).health(context)
    if not health.is_ok and not anyway:
        raise ConfigError(
            f"{connector}: {health.message}",
            hint=f"{health.hint} Nothing was stored; --anyway connects all the same.".strip(),
        )
    return health.message


def _address(intake_key: str) -> str:
    from fullcircle.config.options import options

    return f"{options().address}/in/{intake_key}" if intake_key else ""


def _tell(as_json: bool, source_id: int, name: str, health: str, address: str = "", secret: str = "") -> None:
    if as_json:
        webhook = {"address": address, "secret": secret} if address else {}
        show_json({"id": source_id, "name": name, "health": health, **webhook})
        return
    click.echo(f"{name} is connected (source {source_id}). {health}")
    if address:
        click.echo(f"Address: {address}")
        click.echo(f"Secret:  {secret}")
        click.echo("Give both to the sender now: the secret is not shown again.")

"""Sources: connected, changed, stopped, resumed. Whoever removed one would remove what it brought, so nobody can."""

from collections.abc import Mapping

from django.db import IntegrityError, transaction

from fullcircle.core.errors import DeskError
from fullcircle.core.events import EventName
from fullcircle.core.moments import now
from fullcircle.core.ports import ConnectorSpec
from fullcircle.desk.access import actor_of, missing, require_lead
from fullcircle.store import models
from fullcircle.store.credentials import seal, unseal
from fullcircle.store.house import touch_house
from fullcircle.store.records import record_event
from fullcircle.store.visibility import Viewer

NAME_LIMIT = 200


def connect_source(
    viewer: Viewer,
    spec: ConnectorSpec,
    name: str,
    settings: Mapping[str, str],
    secrets: Mapping[str, str],
    keys: list[str],
    *,
    account_id: int | None = None,
    intake_key: str = "",
) -> models.Source:
    """A new source, on from now. `keys` seal the secrets. Raises DeskError: not_allowed, name_missing, name_taken,
    setting_missing, setting_unknown, not_found (the account)."""
    require_lead(viewer)
    clean = " ".join(name.split())[:NAME_LIMIT]
    if not clean:
        raise DeskError("name_missing", "A source has a name.")
    filled = check_settings(spec, settings, secrets)
    _require_account(viewer, account_id)
    try:
        with transaction.atomic():
            row = models.Source.everywhere.create(
                workspace_id=viewer.workspace_id,
                name=clean,
                connector=spec.name,
                account_id=account_id,
                settings=filled,
                intake_key=intake_key,
                connected_at=now(),
            )
            _put_secrets(row, dict(secrets), keys)
            record_event(viewer.workspace_id, EventName.SOURCE_CONNECTED, row.id, actor=actor_of(viewer))
    except IntegrityError as error:
        raise DeskError("name_taken", f"There is a source named “{clean}” already.") from error
    return row


def change_source(
    viewer: Viewer,
    spec: ConnectorSpec,
    name: str,
    settings: Mapping[str, str],
    secrets: Mapping[str, str],
    keys: list[str],
) -> models.Source:
    """Other settings or new credentials; what is not given stays. Raises DeskError as `connect_source` does."""
    require_lead(viewer)
    with transaction.atomic():
        row = access_source(viewer, name, is_locked=True)
        kept = unseal(row.secrets, _row_name(row), keys) if row.secrets else {}
        row.settings = check_settings(spec, {**row.settings, **settings}, {**kept, **secrets})
        row.save(update_fields=["settings"])
        _put_secrets(row, {**kept, **secrets}, keys)
    return row


def check_settings(
    spec: ConnectorSpec, settings: Mapping[str, str], secrets: Mapping[str, str] | None = None
) -> dict[str, str]:
    """The settings with defaults filled in. Raises DeskError naming what is missing or not known, and what there is."""
    given = {**settings, **(secrets or {})}
    known = [setting.name for setting in spec.settings]
    unknown = sorted(set(given) - set(known))
    if unknown:
        raise DeskError(
            "setting_unknown",
            f"{spec.label} has no setting {', '.join(unknown)}.",
            hint=f"It has: {', '.join(known) or 'none'}.",
        )
    for setting in spec.settings:
        if setting.is_required and not setting.default and not str(given.get(setting.name, "")).strip():
            way = "--secret" if setting.is_secret else "--set"
            raise DeskError(
                "setting_missing",
                f"{spec.label} needs {setting.name}: {setting.help}",
                hint=f"Give it with {way} {setting.name}{'' if setting.is_secret else '=...'}.",
            )
    plain = [setting for setting in spec.settings if not setting.is_secret]
    filled = {setting.name: str(settings.get(setting.name, setting.default)) for setting in plain}
    return {key: value for key, value in filled.items() if value}


def stop_source(viewer: Viewer, name: str) -> models.Source:
    """Nothing more is fetched; what it brought stays. Raises DeskError: not_allowed, not_found, not_running."""
    return _switch(viewer, name, is_on=False)


def resume_source(viewer: Viewer, name: str) -> models.Source:
    """Go on at the cursor, now. Raises DeskError: not_allowed, not_found, is_running."""
    return _switch(viewer, name, is_on=True)


def _switch(viewer: Viewer, name: str, *, is_on: bool) -> models.Source:
    require_lead(viewer)
    with transaction.atomic():
        row = access_source(viewer, name, is_locked=True)
        if is_on == (row.state == "on") and not (is_on and row.failure_count):
            code, words = ("is_running", "is on already") if is_on else ("not_running", "is not on")
            raise DeskError(code, f"The source “{row.name}” {words}.")
        row.state, row.state_reason = ("on", "") if is_on else ("off", f"stopped by {actor_of(viewer)}")
        row.failure_count, row.retry_at = 0, 0
        row.save(update_fields=["state", "state_reason", "failure_count", "retry_at"])
        event = EventName.SOURCE_RESUMED if is_on else EventName.SOURCE_STOPPED
        record_event(viewer.workspace_id, event, row.id, actor=actor_of(viewer))
    return row


def access_source(viewer: Viewer, name: str, *, is_locked: bool = False) -> models.Source:
    """By name, else by id; locked only inside a transaction. Raises DeskError not_found, in the same words for what is
    not theirs."""
    rows = models.Source.everywhere.filter(workspace_id=viewer.workspace_id)
    rows = rows.select_for_update() if is_locked else rows
    found = rows.filter(name=name).first()
    if found is None and name.isascii() and name.isdecimal() and len(name) < 19:
        found = rows.filter(id=int(name)).first()
    if found is None:
        error = missing("source", f"“{name}”")
        error.hint = "`fullcircle sources` lists them."
        raise error
    return found


def access_account(viewer: Viewer, platform: str, handle: str) -> models.Account:
    """The account of that handle; one not in the register yet is written down. Raises DeskError: not_allowed."""
    require_lead(viewer)
    clean = handle.strip().lstrip("@")[:255]
    mine = models.Account.everywhere.filter(workspace_id=viewer.workspace_id, platform=platform)
    found = mine.filter(handle__iexact=clean).first()
    if found is not None:
        return found
    with transaction.atomic():
        made = models.Account.everywhere.create(
            workspace_id=viewer.workspace_id, platform=platform, handle=clean, created_at=now()
        )
        touch_house(viewer.workspace_id)
    return made


def _require_account(viewer: Viewer, account_id: int | None) -> None:
    if account_id is None:
        return
    if not models.Account.everywhere.filter(workspace_id=viewer.workspace_id, id=account_id).exists():
        raise missing("account", account_id)


def _put_secrets(row: models.Source, secrets: dict[str, str], keys: list[str]) -> None:
    """After the row has its id: the ciphertext is bound to it."""
    row.secrets = seal(secrets, _row_name(row), keys) if secrets else b""
    row.save(update_fields=["secrets"])


def _row_name(row: models.Source) -> str:
    return f"source:{row.id}"

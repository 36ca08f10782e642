"""The one-time address of the first sign-in. It is signed, not stored: what signs it changes when it is used."""

from hashlib import sha256

from django.core.signing import BadSignature, TimestampSigner
from django.db import transaction

from fullcircle.store.models import Login

VALID_S = 24 * 60 * 60


def make_token(login: Login) -> str:
    """Good for one sign-in within a day; any sign-in or new password before it ends it too."""
    return _signer(login).sign(str(login.pk))


def login_of(token: str) -> Login | None:
    """Whom it lets in; None for a token that is forged, used, older than a day, or of somebody deactivated."""
    return _read(token, is_locked=False)


def use_token(token: str) -> Login | None:
    """As `login_of`, with the login's row locked. Call it in the transaction that signs in: of two clicks one waits,
    and finds the token used. Raises TransactionManagementError outside of one."""
    if not transaction.get_connection().in_atomic_block:
        raise transaction.TransactionManagementError("a token is used in the transaction that signs in")
    return _read(token, is_locked=True)


def _read(token: str, *, is_locked: bool) -> Login | None:
    number = token.partition(".")[0]
    if not (number.isascii() and number.isdigit() and len(number) < 19):
        return None
    rows = Login.objects.select_for_update() if is_locked else Login.objects.all()
    login = rows.filter(pk=int(number), is_active=True).first()
    if login is None:
        return None
    try:
        _signer(login).unsign(token, max_age=VALID_S)
    except BadSignature:
        return None
    return login


def _signer(login: Login) -> TimestampSigner:
    """Its salt changes with every sign-in (to the microsecond), with the password and with the address."""
    signed_in = login.last_login.isoformat() if login.last_login else ""
    state = sha256(f"{login.password}\x1f{signed_in}\x1f{login.email}".encode()).hexdigest()
    return TimestampSigner(salt=f"fullcircle.open.{state}", sep=".")

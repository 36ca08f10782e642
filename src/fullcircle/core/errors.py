"""Errors named by what the person or the loop should do about them. A bad record is never an error: it is a Drop."""


class FullcircleError(Exception):
    """Base of ours. `hint` says what to do, in one sentence."""

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


class ConfigError(FullcircleError):
    """The operator must change a setting, a file or an argument."""


class TransientSourceError(FullcircleError):
    """Try again; not before `retry_after_s` seconds when the platform said so."""

    def __init__(self, message: str, *, hint: str = "", retry_after_s: float | None = None) -> None:
        super().__init__(message, hint=hint)
        self.retry_after_s = retry_after_s


class PermanentSourceError(FullcircleError):
    """Switch the source off and tell its team; trying again cannot help (revoked token, gone account)."""


class UnknownOutcomeError(FullcircleError):
    """A send whose effect is not known (time-out after the request left). Read back; never resend blindly."""


class CorruptStoreError(FullcircleError):
    """Our own data contradicts itself: stop loudly."""


class StoreBusyError(FullcircleError):
    """The database is locked or full for now: answer 503 or wait, never acknowledge."""


class DeskError(FullcircleError):
    """A person asked for something that cannot be done. `code` is stable, the message is for them."""

    def __init__(self, code: str, message: str, *, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.code = code

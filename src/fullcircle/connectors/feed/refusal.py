"""Why a whole document is not read. Stays inside the connector: outside it is an Unreadable."""

from fullcircle.core.drops import QuarantineReason


class RefusedDocumentError(Exception):
    """The document goes to quarantine; the message is for people, without personal values."""

    def __init__(self, reason: QuarantineReason, message: str) -> None:
        super().__init__(message)
        self.reason = reason

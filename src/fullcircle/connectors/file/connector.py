"""The file connector: a source whose platform is whatever the rows say."""

import threading
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from pathlib import Path

from fullcircle.connectors.file import parse as rows
from fullcircle.connectors.file.layout import FileForm, look_at
from fullcircle.connectors.file.mapping import Mapping, load_mapping, require_columns
from fullcircle.connectors.file.pages import open_file
from fullcircle.connectors.file.workbook import workbook_header
from fullcircle.core.errors import ConfigError, PermanentSourceError
from fullcircle.core.ports import ConnectorSpec, Setting, SourceContext
from fullcircle.core.records import Health, Outcome, Outgoing, Page, RawRecord, Sent, Touchpoint

STREAM = "rows"
_OPEN_LIMIT = 4

SPEC = ConnectorSpec(
    name="file",
    label="File (CSV, JSONL, XLSX)",
    settings=(
        Setting("path", "File", "Where the file lies on this machine."),
        Setting("mapping", "Mapping", "Which column says what, as JSON. Guess one from the file, look at it, save it."),
    ),
    is_replayable=True,
    can_reply=False,
    text_limit=0,
    proof="recorded",
    key_rule="The cell of the id column; without one, a hash of the mapped fields that say who said what, when and "
    "where, and how many equal rows came before it in the file.",
)


class FileConnector:
    """Reads one file. What it keeps between calls is only a file left open where the last page ended, so that counting
    equal rows and skipping through a sheet need not begin anew for every page; a cursor alone is always enough."""

    spec = SPEC

    def __init__(self) -> None:
        self._open: OrderedDict[tuple[str, ...], Iterator[Page]] = OrderedDict()
        self._lock = threading.Lock()

    def streams(self, source: SourceContext) -> Sequence[str]:
        """One: the rows of the file."""
        return (STREAM,)

    def capture(self, source: SourceContext, stream: str, cursor: str) -> Page:
        """The next rows after the cursor. Raises ConfigError: no such file, or the mapping does not fit it."""
        path, mapping = _path_of(source), load_mapping(source.settings.get("mapping", ""))
        where = self._key(source, path, cursor)
        with self._lock:
            pages = self._open.pop(where, None)
        if pages is None:
            pages = open_file(path, mapping, cursor, captured_at=source.now or None)
        page = next(pages, None)
        if page is None:
            return Page((), cursor, is_last=True)
        if not page.is_last:
            self._keep_open(self._key(source, path, page.cursor), pages)
        return page

    def _key(self, source: SourceContext, path: str, cursor: str) -> tuple[str, ...]:
        try:
            info = Path(path).stat()
            version = f"{info.st_mtime_ns} {info.st_size} {info.st_ino}"
        except OSError:
            version = ""
        return (
            str(source.workspace_id),
            str(source.source_id),
            path,
            source.settings.get("mapping", ""),
            version,
            cursor,
        )

    def _keep_open(self, where: tuple[str, ...], pages: Iterator[Page]) -> None:
        with self._lock:
            self._open[where] = pages
            while len(self._open) > _OPEN_LIMIT:
                self._open.popitem(last=False)

    def back_fill(self, source: SourceContext, stream: str, cursor: str) -> Page:
        """Nothing: capture reads the whole file."""
        return Page((), cursor, is_last=True)

    def own_outbound(self, source: SourceContext, cursor: str) -> Page:
        """Nothing of its own: rows of ours are told by the direction column."""
        return Page((), cursor, is_last=True)

    def parse(self, source: SourceContext, raw: RawRecord) -> Outcome:
        """One row, one outcome."""
        return rows.parse(source, raw)

    def key(self, touchpoint: Touchpoint) -> str:
        """The id column's cell, or the hash of the row."""
        return touchpoint.external_id

    def reply(self, source: SourceContext, response: Outgoing) -> Sent:
        """A file cannot be answered. Raises PermanentSourceError."""
        raise PermanentSourceError(
            "a file cannot be answered", hint="Answer by a source that is connected to the platform."
        )

    def read_back(self, source: SourceContext, response: Outgoing) -> Sent | None:
        """Nothing was ever sent."""
        return None

    def health(self, source: SourceContext) -> Health:
        """Whether the file is there and the mapping fits it."""
        try:
            count = _column_count(_path_of(source), load_mapping(source.settings.get("mapping", "")))
        except ConfigError as error:
            return Health(False, str(error), error.hint)
        return Health(True, f"the file is there; the mapping names {count} of its columns")


def _path_of(source: SourceContext) -> str:
    path = source.settings.get("path", "")
    if not path:
        raise ConfigError("no file is named", hint="Set path to the file.")
    return path


def _column_count(path: str, mapping: Mapping) -> int:
    layout = look_at(path, mapping)
    header = workbook_header(path, mapping.sheet) if layout.form is FileForm.XLSX else layout.header
    if header:
        require_columns(mapping, header)
    return len(mapping.columns())


CONNECTOR = FileConnector()

"""The file as a source."""

import pytest

from fullcircle.connectors.file.connector import CONNECTOR
from fullcircle.connectors.file.mapping import Mapping, dump_mapping
from fullcircle.core.errors import ConfigError, PermanentSourceError
from fullcircle.core.records import Outgoing, Touchpoint

MAPPING = Mapping(text=("text",), time="when")


def all_pages(source):
    pages = [CONNECTOR.capture(source, "rows", "")]
    while not pages[-1].is_last:
        pages.append(CONNECTOR.capture(source, "rows", pages[-1].cursor))
    return pages


def test_it_reads_a_file_page_by_page(write, make_source):
    path = write("when,text\n" + "".join(f"2026-03-02,text {n % 3000}\n" for n in range(12_000)))
    source = make_source(MAPPING, path)
    records = [record for page in all_pages(source) for record in page.records]
    ids = {CONNECTOR.key(CONNECTOR.parse(source, record)) for record in records}
    assert len(records) == len(ids) == 12_000
    assert CONNECTOR.streams(source) == ("rows",)


def test_the_same_file_twice_gives_the_same_ids(write, make_source):
    path = write("when,text\n" + "2026-03-02,same\n" * 7_000)
    source = make_source(MAPPING, path)
    runs = [
        [CONNECTOR.parse(source, record).external_id for page in all_pages(source) for record in page.records]
        for _ in range(2)
    ]
    assert runs[0] == runs[1]
    assert len(set(runs[0])) == 7_000


def test_it_needs_only_the_cursor(write, make_source):
    from fullcircle.connectors.file.connector import FileConnector

    path = write("when,text\n" + "2026-03-02,same\n" * 7_000)
    source = make_source(MAPPING, path)
    first = CONNECTOR.capture(source, "rows", "")
    here, elsewhere = (
        CONNECTOR.capture(source, "rows", first.cursor),
        FileConnector().capture(source, "rows", first.cursor),
    )
    assert here == elsewhere
    assert CONNECTOR.capture(source, "rows", first.cursor) == here


def test_it_has_nothing_more_at_the_end(write, make_source):
    source = make_source(MAPPING, write("when,text\n2026-03-02,a\n"))
    last = all_pages(source)[-1]
    assert CONNECTOR.capture(source, "rows", last.cursor).records == ()
    assert CONNECTOR.back_fill(source, "rows", "").is_last
    assert CONNECTOR.own_outbound(source, "").records == ()


def test_it_keeps_few_files_open(write, make_source):
    for number in range(12):
        path = write("when,text\n" + "2026-03-02,a\n" * 5_001, f"{number}.csv")
        CONNECTOR.capture(make_source(MAPPING, path), "rows", "")
    assert len(CONNECTOR._open) <= 4


def test_it_says_what_is_wrong_with_its_settings(write, make_source):
    path = write("when,text\n2026-03-02,a\n")
    assert CONNECTOR.health(make_source(MAPPING, path)).is_ok
    for source in (
        make_source(MAPPING, ""),
        make_source(MAPPING, path + ".no"),
        make_source("", path),
        make_source(Mapping(id="x"), path),
    ):
        health = CONNECTOR.health(source)
        assert not health.is_ok
        assert health.message
        assert health.hint
        with pytest.raises(ConfigError):
            CONNECTOR.capture(source, "rows", "")


def test_it_cannot_be_answered(make_source):
    response = Outgoing(1, "a", "b", "c", "text", True, "key")
    with pytest.raises(PermanentSourceError):
        CONNECTOR.reply(make_source(), response)
    assert CONNECTOR.read_back(make_source(), response) is None
    assert CONNECTOR.spec.is_replayable
    assert not CONNECTOR.spec.can_reply


def test_it_keeps_the_files_of_two_workspaces_apart(write, make_source):
    path = write("when,text\n2026-03-02,a\n")
    source = make_source(MAPPING, path)
    touchpoint = CONNECTOR.parse(source, all_pages(source)[0].records[0])
    assert isinstance(touchpoint, Touchpoint)
    assert touchpoint.workspace_id == source.workspace_id
    assert dump_mapping(MAPPING) in source.settings.values()

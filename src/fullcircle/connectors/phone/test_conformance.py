"""The suite every connector passes."""

from fullcircle.connectors.phone.connector import CONNECTOR
from fullcircle.connectors.phone.records import call_record
from fullcircle.core.kinds import Direction
from fullcircle.testing.builders import make_source
from fullcircle.testing.connector_conformance import ConnectorConformance

NOW = 1_775_000_000_000


class TestPhone(ConnectorConformance):
    connector = CONNECTOR
    source = make_source({"country": "DE", "line": "front desk"}, {})
    samples = [
        call_record(number="030 1234567", note="Asks for rye", duration_s=60, call_id="c-1", captured_at=NOW),
        call_record(number="030 1234567", is_answered=False, call_id="c-2", captured_at=NOW),
        call_record(number="+44 20 7946 0000", direction=Direction.OUTBOUND, note="Rang back", captured_at=NOW),
    ]

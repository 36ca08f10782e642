"""The suite every connector passes."""

from pathlib import Path

import msgspec

from fullcircle.connectors.file.conftest import read_all
from fullcircle.connectors.file.connector import CONNECTOR
from fullcircle.connectors.file.guess import guess_file
from fullcircle.connectors.file.mapping import dump_mapping
from fullcircle.testing.builders import make_source
from fullcircle.testing.connector_conformance import ConnectorConformance

REQUESTS = str(Path(__file__).parent / "fixtures" / "requests.csv")
MAPPING = msgspec.structs.replace(guess_file(REQUESTS), platform="")


class TestFile(ConnectorConformance):
    connector = CONNECTOR
    source = make_source({"path": REQUESTS, "mapping": dump_mapping(MAPPING)}, {})
    samples = read_all(REQUESTS, MAPPING)

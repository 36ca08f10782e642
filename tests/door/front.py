"""The door alone, for a real server: `granian tests.door.front:app`."""

import os
from pathlib import Path

from fullcircle.door.app import make_app
from fullcircle.door.intake import Intake
from fullcircle.door.webhooks import Limits
from tests.door.asking import SOURCES

app = make_app(
    Intake(Path(os.environ["DOOR_INTAKE"])),
    SOURCES.get,
    None,
    limits=Limits(body_timeout_s=float(os.environ.get("DOOR_BODY_TIMEOUT_S", "15"))),
)

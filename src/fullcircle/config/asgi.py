"""The front's application: the door first, Django's pages behind it in threads."""

import os
from typing import Any, cast

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fullcircle.config.settings")

import django

django.setup()

from a2wsgi import WSGIMiddleware  # noqa: E402 - Django must be set up before its pages are imported
from django.core.wsgi import get_wsgi_application  # noqa: E402

from fullcircle.config.intake_keys import IntakeKeys  # noqa: E402
from fullcircle.config.options import options  # noqa: E402
from fullcircle.door.app import make_app  # noqa: E402
from fullcircle.door.intake import Intake  # noqa: E402
from fullcircle.web.policy import require_policies  # noqa: E402

PAGE_THREADS = 8

# The packages type the same protocol in different ways.
_behind: Any = WSGIMiddleware(cast(Any, get_wsgi_application()), workers=PAGE_THREADS)


async def pages(scope: Any, receive: Any, send: Any) -> None:
    """Django's pages. Granian hands out futures where a2wsgi wants coroutines: without this, every form post fails."""

    async def next_message() -> Any:
        return await receive()

    await _behind(scope, next_message, send)


require_policies()

application = make_app(
    Intake(options().intake_file),
    IntakeKeys(options().home),
    pages,
    is_https=options().is_https,
)

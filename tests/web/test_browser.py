"""The pages as a browser shows them: nothing for axe to find, nothing wider than a phone, no script needed."""

import itertools
import shutil
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from fullcircle.ops import first_run
from fullcircle.store import models

CHROMIUM = shutil.which("chromium")
FLAGS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed"),
    pytest.mark.django_db(transaction=True),
]


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    # playwright's loop runs in this thread, and Django would refuse to read beside it
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        running = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield running
        running.close()


@pytest.fixture(params=["full", "empty"])
def house(request: pytest.FixtureRequest, browser: Any, live_server: Any) -> dict[str, Any]:
    first_run.prepare_first_workspace(with_sample=request.param == "full")
    workspace = models.Workspace.objects.get()
    client = Client()
    client.force_login(models.Login.objects.get(email=first_run.OWNER_ADDRESS))
    base = f"{live_server.url}/w/{workspace.slug}/"
    pages = [base, f"{base}needs/", f"{base}cases/999999/", f"{live_server.url}/open/1.a.b/"]
    case = models.Case.everywhere.order_by("-priority", "id").first()
    if case is not None:
        pages.append(f"{base}cases/{case.id}/")
    return {"pages": pages, "cookie": client.cookies["sessionid"].value, "url": live_server.url}


def test_it_is_open_to_everybody(house: dict[str, Any], browser: Any) -> None:
    from axe_playwright_python.sync_playwright import Axe

    for width, scheme in itertools.product((1280, 360), ("light", "dark")):
        context = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme)
        context.add_cookies([{"name": "sessionid", "value": house["cookie"], "url": house["url"]}])
        page = context.new_page()
        for address in house["pages"]:
            page.goto(address)
            found = Axe().run(page).response["violations"]
            where = (width, scheme, address)
            assert [(one["id"], [node["html"] for node in one["nodes"]]) for one in found] == [], where
            assert page.evaluate("document.documentElement.scrollWidth") <= width, where
        context.close()


def test_it_works_without_script_and_asks_nobody_else(house: dict[str, Any], browser: Any) -> None:
    context = browser.new_context(java_script_enabled=False)
    context.add_cookies([{"name": "sessionid", "value": house["cookie"], "url": house["url"]}])
    page = context.new_page()
    asked: list[str] = []
    complaints: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda line: complaints.append(line.text))
    page.goto(house["pages"][0])
    assert complaints == []
    assert all(address.startswith(house["url"]) for address in asked)
    assert any(address.endswith(".css") for address in asked)
    if page.locator("a.row").count():
        page.locator(".counts a").first.click()
        assert "show=late" in page.url
        page.locator("a.row").first.click()
        assert page.locator("ol.thread li").count() >= 1
        page.get_by_role("link", name="Back to Today").click()
    page.get_by_role("button", name="Sign out").click()
    assert "You are not signed in" in page.content()
    context.close()

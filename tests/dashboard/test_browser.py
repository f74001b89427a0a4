"""A browser logs in and sees a stage of a study: its name, its note and its plots, without an error."""

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from hpsearch.access import Scope
from hpsearch.api.app import create_app
from hpsearch.api.dashboard import DashboardProxy
from hpsearch.api.parts import open_parts
from tests.api.live import live

WAIT_MS = 120_000


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """The system's Chromium, else the one that Playwright has fetched."""
    with sync_playwright() as playwright:
        own = Path(playwright.chromium.executable_path)
        found = shutil.which("chromium") or shutil.which("chromium-browser") or (str(own) if own.exists() else None)
        if found is None:
            missing = "no Chromium is installed; `playwright install chromium` fetches one"
            pytest.fail(missing) if os.environ.get("CI") else pytest.skip(missing)
        opened = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield opened
        opened.close()


@dataclass
class Visit:
    """A page, where it comes from, and everything that has gone wrong on it."""

    page: Page
    base: str
    secret: str
    wrong: list[str] = field(default_factory=list)

    def watch(self) -> None:
        """Notes errors from now on."""
        self.page.on("console", lambda said: self.wrong.append(said.text) if said.type == "error" else None)
        self.page.on("pageerror", lambda error: self.wrong.append(str(error)))
        self.page.on("requestfailed", lambda request: self.wrong.append(request.url))
        self.page.on("response", lambda got: self.wrong.append(f"{got.status} {got.url}") if got.status > 399 else None)


@pytest.fixture
def visit(browser: Browser, owned: str) -> Iterator[Visit]:
    """A browser at the door of a service whose owner ``ada`` has the stages 3 and 4."""
    proxy = DashboardProxy(owned)
    context = browser.new_context(viewport={"width": 1600, "height": 1400})
    context.set_default_timeout(WAIT_MS)
    with open_parts(owned, "a database for tests", dashboard=proxy) as parts, live(create_app(parts)) as server:
        _, secret = parts.keyring.create("ada", "browser", frozenset({Scope.READ}))
        yield Visit(context.new_page(), f"http://127.0.0.1:{server.port}", secret)
        context.close()
        proxy.close()


def test_a_stage_has_its_name_its_note_and_its_plot(visit: Visit) -> None:
    page = visit.page
    page.goto(f"{visit.base}/dashboard/studies/3/note")
    page.fill("input[name=key]", visit.secret)
    visit.watch()
    page.click("button")
    page.get_by_text("ada:digits/coarse").wait_for()
    page.get_by_role("heading", name="Verdict: passed").wait_for()
    page.get_by_text("Best of number 1 <b>", exact=True).wait_for()
    assert page.get_by_role("cell", name="optimizer.learning_rate").count() == 1
    page.goto(f"{visit.base}/dashboard/studies/3")
    plot = page.locator("[id='user-defined-plot:loss-curves']")
    plot.locator(".gtitle").wait_for()
    assert plot.locator(".gtitle").text_content() == "Loss of the best trials and its moving average over 3 points"
    assert plot.locator(".scatterlayer .trace path.js-line").count() == 12
    assert [name.text_content() for name in plot.locator(".legendtext").all()][:2] == [
        "trial 1, training",
        "trial 1, validation",
    ]
    assert visit.wrong == []


def test_the_list_has_ones_own_studies_alone(visit: Visit) -> None:
    page = visit.page
    page.goto(f"{visit.base}/")
    page.fill("input[name=key]", visit.secret)
    visit.watch()
    page.click("button")
    page.get_by_text("3. ada:digits/coarse").wait_for()
    page.get_by_text("4. ada:sweep/lr_sweep").wait_for()
    assert page.get_by_text("/coarse").count() == 1
    assert visit.wrong == []
    with page.expect_response("**/api/studies/1?after=0") as answer:
        page.goto(f"{visit.base}/dashboard/studies/1")
    assert answer.value.status == 404
    assert "Trial 1" not in page.content()

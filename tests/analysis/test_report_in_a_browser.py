"""The page in Chromium: drawn, silent, offline, on a desktop, on a phone and on paper."""

from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest
import yaml
from PIL import Image
from playwright.sync_api import Browser, Page

from .confirmations import write_confirmation

pytestmark = pytest.mark.browser

HOSTILE = "<script>document.title = 'run'</script><img src=x onerror=\"document.title = 'run'\">"


@pytest.fixture(scope="module")
def report_file(tmp_path_factory: pytest.TempPathFactory, make_up: Callable[..., Path]) -> Path:
    """Of a whole study whose texts are hostile; not yet written."""
    folder = make_up(tmp_path_factory.mktemp("browser") / "<script>alert(1)", 24, samples=5)
    Image.new("L", (1200, 800), 128).save(folder / "translations.png")
    search = yaml.safe_load((folder / "search.yaml").read_text())
    (folder / "search.yaml").write_text(yaml.safe_dump(search | {"command": HOSTILE, "git_commit": HOSTILE}))
    write_confirmation(folder, f"Trial 7 is better than the paper's weights. {HOSTILE}")
    return folder / "report.html"


def opened(browser: Browser, file: Path, width: int, height: int) -> tuple[Page, list[str]]:
    """The page with all figures drawn, and what it complained of or asked for."""
    page = browser.new_page(viewport={"width": width, "height": height})
    page.set_default_timeout(120_000)
    heard: list[str] = []
    page.on("console", lambda message: heard.append(f"{message.type}: {message.text}"))
    page.on("pageerror", lambda error: heard.append(str(error)))
    page.on("request", lambda request: heard.append(request.url))
    page.goto(file.as_uri())
    page.wait_for_selector("html[data-drawn=all]", state="attached")
    return page, heard


def widths(page: Page) -> list[float]:
    found = page.locator(".plot .main-svg")
    return list(found.evaluate_all("each => each.map(svg => svg.getBoundingClientRect().width)"))


def test_the_page_is_drawn_silent_and_offline_on_a_desktop_a_phone_and_paper(
    browser: Browser, report_file: Path, script: Callable[[str], ModuleType]
) -> None:
    script("report").report(report_file.parent)
    page, heard = opened(browser, report_file, 1280, 900)
    figures = page.locator(".plot").count()
    assert figures == 18
    assert min(widths(page)) > 0
    assert page.locator(".plot:has(.scatterlayer .trace), .plot:has(.barlayer .trace)").count() == figures
    assert page.locator("img").evaluate_all("each => each.length && each.every(image => image.naturalWidth > 0)")
    assert page.title() == "<script>alert(1) – LSTNet Search"  # nothing hostile ran
    assert HOSTILE in page.locator(".sentence").inner_text()

    page.emulate_media(media="print")
    for section in page.locator("section").all():
        assert section.is_visible()
    page.wait_for_function("() => [...document.querySelectorAll('.plot')].every(each => each.offsetWidth <= 680)")
    assert max(widths(page)) <= 680  # pixels of the paper
    assert page.pdf().startswith(b"%PDF")
    assert [each for each in heard if not each.startswith(("file:", "data:"))] == []
    page.close()

    page, heard = opened(browser, report_file, 390, 844)
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    assert max(widths(page)) < 380
    assert [each for each in heard if not each.startswith(("file:", "data:"))] == []
    page.close()

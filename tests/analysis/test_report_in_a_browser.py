"""The page in Chromium: drawn, silent, offline, on a desktop, on a phone and on paper."""

from pathlib import Path

import pytest
import yaml
from PIL import Image
from playwright.sync_api import Browser, Page

from lstnet_search.analysis.report import report

from .made_up import make_study, write_confirmation

pytestmark = pytest.mark.browser

HOSTILE = "<script>document.title = 'run'</script><img src=x onerror=\"document.title = 'run'\">"


@pytest.fixture(scope="module")
def report_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report of a complete study with hostile texts."""
    folder = make_study(tmp_path_factory.mktemp("browser") / "<script>alert(1)", 24, samples=5)
    Image.new("L", (1200, 800), 128).save(folder / "translations.png")
    search = yaml.safe_load((folder / "search.yaml").read_text())
    (folder / "search.yaml").write_text(yaml.safe_dump(search | {"command": HOSTILE, "git_commit": HOSTILE}))
    write_confirmation(folder, f"Trial 7 is better than the paper's weights. {HOSTILE}")
    report(folder)
    return folder / "report.html"


def opened(browser: Browser, file: Path) -> tuple[Page, list[str]]:
    """The page with all figures drawn, and what it logged or requested."""
    page = browser.new_page(viewport={"width": 1280, "height": 900})
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


def test_the_page_is_drawn_silently_and_offline_on_a_desktop_a_phone_and_paper(
    browser: Browser, report_file: Path
) -> None:
    page, heard = opened(browser, report_file)
    figures = page.locator(".plot").count()
    assert figures == 21
    assert min(widths(page)) > 0
    assert page.locator(".plot:has(.scatterlayer .trace), .plot:has(.barlayer .trace)").count() == figures
    assert page.locator("img").evaluate_all("each => each.length && each.every(image => image.naturalWidth > 0)")
    assert page.title() == "<script>alert(1) – LSTNet Search"  # nothing hostile ran
    assert HOSTILE in page.locator(".sentence").inner_text()
    for form, start in (("PNG", b"\x89PNG"), ("SVG", b"<svg")):
        page.locator("#curves-score").hover()
        with page.expect_download() as saved:
            page.locator(f"#curves-score [data-title='Save as {form}']").click()
        assert saved.value.suggested_filename == f"curves-score.{form.lower()}"
        assert Path(saved.value.path()).read_bytes().startswith(start)

    page.set_viewport_size({"width": 390, "height": 844})
    page.wait_for_function(
        "() => [...document.querySelectorAll('.plot .main-svg')].every(each => each.clientWidth < 380)"
    )
    assert page.evaluate("document.documentElement.scrollWidth") == 390

    page.set_viewport_size({"width": 1280, "height": 900})
    page.emulate_media(media="print")
    for section in page.locator("section").all():
        assert section.is_visible()
    page.wait_for_function("() => [...document.querySelectorAll('.plot')].every(each => each.offsetWidth <= 680)")
    assert max(widths(page)) <= 680  # the width of the paper in pixels
    assert page.pdf().startswith(b"%PDF")
    assert [each for each in heard if not each.startswith(("file:", "data:", "blob:"))] == []

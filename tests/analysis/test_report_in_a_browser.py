"""The page in Chromium: drawn, silent, offline, on a desktop, on a phone and on paper."""

from pathlib import Path
from typing import Literal

import pytest
import yaml
from PIL import Image
from playwright.sync_api import Browser, Page

from lstnet_search.analysis.report import report
from lstnet_search.results.palette import BEST, INK, SHEET, dark_colours

from .made_up import make_study, write_confirmation

pytestmark = pytest.mark.browser

HOSTILE = "<script>document.title = 'run'</script><img src=x onerror=\"document.title = 'run'\">"


@pytest.fixture(scope="module")
def report_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report of a complete study with hostile texts."""
    folder = make_study(tmp_path_factory.mktemp("browser") / "<script>alert(1)", 24, samples=8)
    Image.new("L", (1200, 800), 128).save(folder / "translations.png")
    search = yaml.safe_load((folder / "search.yaml").read_text())
    (folder / "search.yaml").write_text(yaml.safe_dump(search | {"command": HOSTILE, "git_commit": HOSTILE}))
    (folder / "best_config.yaml").write_text("printed: whole\n")
    write_confirmation(folder, f"Trial 7 is better than the paper's weights. {HOSTILE}")
    report(folder)
    return folder / "report.html"


def opened(browser: Browser, file: Path, scheme: Literal["light", "dark"] = "light") -> tuple[Page, list[str]]:
    """The page with all figures drawn, and what it logged or requested."""
    page = browser.new_page(viewport={"width": 1280, "height": 900}, color_scheme=scheme)
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
    assert HOSTILE in page.locator("#result-section").inner_text()
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
    shown = page.locator(".weights").bounding_box()
    assert shown is not None
    assert shown["y"] + shown["height"] <= 844  # the weights are on the first screen
    for row in page.locator(".stacks tr").all():
        assert row.evaluate("each => each.scrollWidth <= each.clientWidth")
    page.evaluate("scrollTo(0, 3000)")
    page.wait_for_function("() => document.querySelector('nav').getBoundingClientRect().top === 0")  # links stay

    page.set_viewport_size({"width": 1280, "height": 900})
    page.emulate_media(media="print")
    for section in page.locator("section").all():
        assert section.is_visible()
    page.wait_for_function("() => [...document.querySelectorAll('.plot')].every(each => each.offsetWidth <= 680)")
    assert max(widths(page)) <= 680  # the width of the paper in pixels
    assert page.pdf().startswith(b"%PDF")
    assert page.locator("details pre").evaluate("each => each.checkVisibility() && each.offsetHeight > 0")
    assert [each for each in heard if not each.startswith(("file:", "data:", "blob:"))] == []


def rgb(colour: str) -> str:
    """A colour as a browser prints it."""
    return f"rgb({', '.join(str(int(colour[start : start + 2], 16)) for start in (1, 3, 5))})"


def colours(page: Page) -> dict[str, str]:
    """Colours of the page and of a figure."""
    found = {
        "sheet": "getComputedStyle(document.querySelector('section')).backgroundColor",
        "text": "getComputedStyle(document.body).color",
        "figure": "document.querySelector('#curves-score .main-svg').style.background",
        "axis": "document.querySelector('#curves-score .xtitle').style.fill",
        "best": "getComputedStyle(document.querySelector('.bar.best .end')).backgroundColor",
    }
    return {name: page.evaluate(script) for name, script in found.items()}


def test_at_night_page_and_figures_are_dark_and_paper_is_white(browser: Browser, report_file: Path) -> None:
    page, heard = opened(browser, report_file, "dark")
    dark = dark_colours()
    light = {"sheet": SHEET, "text": INK, "figure": SHEET, "axis": INK, "best": BEST}
    assert colours(page) == {name: rgb(dark[colour]) for name, colour in light.items()}
    page.emulate_media(media="print")
    page.wait_for_function("() => document.documentElement.classList.contains('printing')")
    assert colours(page) == {name: rgb(colour) for name, colour in light.items()}
    page.emulate_media(media="screen", color_scheme="light")
    page.wait_for_function("() => !document.documentElement.classList.contains('printing')")
    assert colours(page) == {name: rgb(colour) for name, colour in light.items()}
    assert [each for each in heard if not each.startswith(("file:", "data:", "blob:"))] == []


def test_a_command_and_the_weights_are_copied_by_a_button(browser: Browser, report_file: Path) -> None:
    page, _ = opened(browser, report_file)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    for button, start in ((".weights button", "w1: "), (".now button", "lstnet-search ")):
        page.locator(button).click()
        page.locator(f"{button}:text('copied')").wait_for()
        assert page.evaluate("navigator.clipboard.readText()").startswith(start)


def test_without_javascript_the_content_still_reads(browser: Browser, report_file: Path) -> None:
    page = browser.new_page(viewport={"width": 390, "height": 844}, java_script_enabled=False)
    page.goto(report_file.as_uri())
    text = page.locator("body").inner_text().replace("\N{NO-BREAK SPACE}", " ")
    for content in (
        "95.30 ± 0.50 %",
        "mnist-like",
        "How sure",
        "What now",
        "lstnet-search confirm",
        "JavaScript is off",
    ):
        assert content in text
    assert page.locator(".bar.best .end").is_visible()
    assert page.locator(".strip img").count() == 20
    assert not page.locator(".plot").first.is_visible()  # no empty frames
    assert not page.locator("button").first.is_visible()


def test_the_report_of_ten_thousand_trials_is_shown_in_a_second(
    browser: Browser, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = make_study(tmp_path_factory.mktemp("large") / "study", 10_000, samples=3)
    report(folder)
    assert (folder / "report.html").stat().st_size < 10e6
    shown = []
    for _ in range(3):  # the quickest, because other work on the machine does not count
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.set_default_timeout(120_000)
        page.goto((folder / "report.html").as_uri(), wait_until="commit")
        page.wait_for_function("() => performance.getEntriesByName('first-contentful-paint').length")
        shown.append(page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime"))
        page.close()
    assert min(shown) < 1000

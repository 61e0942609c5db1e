"""Both dashboards in Chromium, while a small search runs.

Screenshots are written to the folder that the variable SCREENSHOTS names, if it is set.
"""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

ROOT = Path(__file__).parents[2]
TOKEN = "0123456789abcdef" * 4
TIMEOUT = 180_000
"""How long a page may take on a busy machine, in milliseconds."""

pytestmark = pytest.mark.browser


@contextmanager
def started(first: str, *command: str, **environment: str) -> Iterator[tuple[subprocess.Popen[str], list[str]]]:
    """Run a command until it prints a line that starts with `first`, and end it by Ctrl-C.

    Yields:
        The process, and its lines up to that one.
    """
    with subprocess.Popen(
        [sys.executable, *command],
        cwd=ROOT,
        env=os.environ | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as running:
        assert running.stdout is not None
        lines = []
        for line in running.stdout:
            lines.append(line.rstrip())
            if line.startswith(first):
                break
        else:
            pytest.fail("\n".join(lines))
        try:
            yield running, lines
        finally:
            running.send_signal(signal.SIGINT)
            rest = running.stdout.read()
    assert running.returncode == 130, rest
    assert "Traceback" not in rest


@pytest.fixture(scope="module")
def search(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, list[str]]]:
    """The results folder of a running search, and what it has printed. It is not started without a browser."""
    results = tmp_path_factory.mktemp("results")
    ray_folder = tempfile.mkdtemp(prefix="ray")  # short, because paths of sockets are limited
    arguments = ["--preset", "cpu", "--space", "search_spaces/smoke.yaml", "--steps", "12000", "--trials", "3"]
    token = {"RAY_TMPDIR": ray_folder, "RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN": TOKEN}
    command = ["run_search.py", *arguments, "--results-dir", str(results), "--name", "seen", "--cpus", "1"]
    with started("to beat, without translation:", *command, **token) as (_, lines):
        yield results / "seen", lines
    shutil.rmtree(ray_folder, ignore_errors=True)  # Ray's processes may still write there after their driver has ended


@pytest.fixture
def page(request: pytest.FixtureRequest, browser: Browser) -> Iterator[Page]:
    page = browser.new_page(viewport={"width": 1400, "height": 900})
    page.set_default_timeout(TIMEOUT)
    expect.set_options(timeout=TIMEOUT)
    yield page
    if "SCREENSHOTS" in os.environ:
        page.screenshot(path=Path(os.environ["SCREENSHOTS"]) / f"{request.node.name}.png")
    page.close()


def test_rays_dashboard_asks_for_the_token_and_shows_the_job_and_its_trials(
    search: tuple[Path, list[str]], page: Page
) -> None:
    _, lines = search
    assert "log in there with the token in the variable RAY_AUTH_TOKEN" in lines
    assert not any(TOKEN in line for line in lines)
    assert lines[0].startswith("seen in a browser: ")
    address = re.search(r"^Ray's page, for processes: (http://127\.0\.0\.1:\d+)", "\n".join(lines), re.MULTILINE)
    assert address is not None
    page.goto(f"{address[1]}/#/jobs")
    expect(page.get_by_text("Authentication Token Required")).to_be_visible()
    page.locator("input[type=password]").fill(TOKEN)
    page.get_by_role("button", name="Submit").click()
    expect(page.get_by_text("Authentication Token Required")).to_be_hidden()
    expect(page.get_by_role("row", name="run_search.py").get_by_text("RUNNING")).to_be_visible()
    page.goto(f"{address[1]}/#/actors")
    expect(page.get_by_text("trial 0 and later ones").first).to_be_visible()


def test_optuna_dashboard_shows_the_trials_of_a_running_search(search: tuple[Path, list[str]], page: Page) -> None:
    folder, _ = search
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = str(free.getsockname()[1])
    with started("it follows", "-m", "lstnet_search", "dashboard", str(folder), "--port", port):
        page.goto(f"http://127.0.0.1:{port}")
        page.get_by_text("search", exact=False).first.wait_for()
        page.goto(f"http://127.0.0.1:{port}/dashboard/studies/0/trials")
        expect(page.get_by_text("Trial 0").first).to_be_visible()
        expect(page.get_by_text("ray_trial_id").first).to_be_visible()
        expect(page.get_by_text("seeds of its configuration").first).to_be_visible()

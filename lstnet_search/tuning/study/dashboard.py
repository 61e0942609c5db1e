"""optuna-dashboard for the study of a results folder, without write access."""

import json
import re
from collections.abc import Callable, Iterable, Mapping
from importlib.util import find_spec
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from lstnet_search.errors import InputError
from lstnet_search.results.folder.folder import ResultsFolder
from lstnet_search.tuning.study.shown_study import Pictures, ShownStudy
from lstnet_search.tuning.study.study import damage_as_input_error

HOST = "127.0.0.1"


Importances = Callable[[], Mapping[str, float]]
"""The importance of each setting, the most important first."""
_IMPORTANCES = re.compile(r"/api/studies/\d+/param_importances/?")


def with_importances(app: WSGIApplication, importances: Importances) -> WSGIApplication:
    """Answer requests for importances, so that a dashboard shows those of the report.

    By itself, the dashboard knows only the drawn parameters of complete trials.
    """

    def answer(environment: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if not _IMPORTANCES.fullmatch(environment["PATH_INFO"]):
            return app(environment, start_response)
        found = [
            {"name": name, "importance": value, "distribution": "FloatDistribution"}
            for name, value in importances().items()
        ]
        start_response("200 OK", [("Content-Type", "application/json")])
        return [json.dumps({"param_importances": [found]}).encode()]

    return answer


def read_only(app: WSGIApplication) -> WSGIApplication:
    """Refuse requests that would change anything, in the form in which the application reports its own errors."""

    def answer(environment: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if environment["REQUEST_METHOD"] in ("GET", "HEAD"):
            return app(environment, start_response)
        start_response("403 Forbidden", [("Content-Type", "application/json")])
        return [json.dumps({"reason": "This dashboard only shows a search; it changes nothing."}).encode()]

    return answer


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True  # otherwise Ctrl-C waits for a browser's open connection


class _SilentHandler(WSGIRequestHandler):
    def log_message(self, format: str, *arguments: Any) -> None:
        """Print no line per request."""


def serve(folder: ResultsFolder, port: int, importances: Importances, say: Callable[[str], None]) -> None:
    """Serve the study's dashboard on the loopback interface until the process is stopped.

    Args:
        folder: results folder. A search may be running in it.
        port: port to listen on.
        importances: gives the importances to show.
        say: called with the lines to print.

    Raises:
        InputError: if optuna-dashboard is not installed, the study is missing or damaged, or the port is taken.
    """
    if find_spec("optuna_dashboard") is None:
        raise InputError(
            "dashboard needs a package that is not installed; install it with: pip install optuna-dashboard"
        )
    if not folder.study_file.is_file():  # the journal's class would create it
        raise InputError(f"{folder.study_file} is not there; wait until the search's first trial begins")
    from optuna_dashboard import wsgi

    with damage_as_input_error(folder.study_file):
        study = ShownStudy(folder)
    app = read_only(with_importances(wsgi(study, Pictures(folder)), importances))
    try:
        server = make_server(HOST, port, app, server_class=_Server, handler_class=_SilentHandler)
    except OSError as error:
        raise InputError(f"--port {port} cannot be used: {error.strerror}; choose another") from None
    with server:
        say(f"dashboard of {folder.path}: http://{HOST}:{port}")
        say("it follows a running search and changes nothing; Ctrl-C ends it")
        server.serve_forever()

"""A server on a real socket that answers as it is told: what a service at its worst may do to a client."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass(frozen=True)
class Heard:
    """One request."""

    method: str
    path: str
    headers: dict[str, str]
    """With their names in small letters."""
    body: bytes


@dataclass(frozen=True)
class Told:
    """One answer."""

    status: int = 200
    body: bytes = b"{}"
    headers: dict[str, str] = field(default_factory=dict)
    breaks: bool = False
    """Whether the connection ends after the body although more was promised; with an empty body at once."""


Answer = Told | Callable[[Heard], Told]


class ScriptedServer:
    """Gives one answer of its list for each request, the last one again and again, and keeps what it was asked."""

    def __init__(self, *answers: Answer) -> None:
        self.answers, self.heard = list(answers), list[Heard]()
        script = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                length = int(self.headers.get("content-length") or 0)
                headers = {name.lower(): value for name, value in self.headers.items()}
                heard = Heard(self.command, self.path, headers, self.rfile.read(length))
                script.heard.append(heard)
                answer = script.answers.pop(0) if len(script.answers) > 1 else script.answers[0]
                told = answer if isinstance(answer, Told) else answer(heard)
                self.close_connection = True
                if told.breaks and not told.body:
                    return
                self.send_response(told.status)
                for name, value in told.headers.items():
                    self.send_header(name, value)
                self.send_header("Connection", "close")
                if "text/event-stream" not in told.headers.get("Content-Type", ""):
                    self.send_header("Content-Length", str(len(told.body) + told.breaks))
                self.end_headers()
                self.wfile.write(told.body)

            do_POST = do_DELETE = do_GET  # noqa: N815

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002
                """Says nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    @contextmanager
    def running(self) -> Iterator["ScriptedServer"]:
        """It answers while this lasts."""
        thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield self
        finally:
            self._server.shutdown()
            thread.join()
            self._server.server_close()


def problem(status: int, detail: str, headers: dict[str, str] | None = None, problems: str = "[]") -> Told:
    """A problem document."""
    text = f'{{"type": "about:blank", "title": "T", "status": {status}, "detail": "{detail}", "problems": {problems}}}'
    return Told(status, text.encode(), {"Content-Type": "application/problem+json", **(headers or {})})

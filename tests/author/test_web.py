"""`http` and `curl` against a real server on this machine."""

import json
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from belfry.author.testing import Outcome, run
from belfry.ground.errors import Invalid


class Site(BaseHTTPRequestHandler):
    """Answers by path; remembers what it was asked."""

    protocol_version = "HTTP/1.1"
    stop = threading.Event()

    def answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        match self.path.strip("/").split("/"):
            case ["status", status]:
                self.say(int(status), b"so it is")
            case ["big", size]:
                self.say(200, b"x" * int(size))
            case ["charset", charset]:
                self.say(200, "Grüße\0".encode("latin-1"), f"text/plain; charset={charset}")
            case ["moved"]:
                self.say(302, b"", location="/status/200")
            case ["silent"]:
                self.stop.wait(10)
                self.close_connection = True
            case _:
                seen = {"method": self.command, "headers": {k.lower(): v for k, v in self.headers.items()}}
                self.say(200, json.dumps(seen | {"body": body.decode()}).encode(), "application/json")

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = answer

    def say(self, status: int, body: bytes, kind: str = "text/plain", **headers: str) -> None:
        self.send_response(status)
        for name, value in {"content-type": kind, "content-length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Keep the test's output clean."""


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    Site.stop.clear()
    with ThreadingHTTPServer(("127.0.0.1", 0), Site) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,)).start()
        yield f"http://127.0.0.1:{server.server_port}"
        Site.stop.set()
        server.shutdown()


def asked(outcome: Outcome) -> dict[str, Any]:
    """What the server was asked, as it echoed it."""
    assert outcome.error is None, outcome.error
    return json.loads(outcome.result["body"])


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
def test_http_sends_what_it_is_told(site: str, method: str) -> None:
    outcome = run("http", {"url": f"{site}/", "method": method, "headers": {"X-Key": "1"}, "json": {"k": ["ü"]}})
    seen = asked(outcome)
    assert seen["method"] == method
    assert seen["headers"]["x-key"] == "1"
    assert seen["headers"]["content-type"] == "application/json"
    assert json.loads(seen["body"]) == {"k": ["ü"]}
    assert outcome.result["status"] == 200
    assert outcome.result["content_type"] == "application/json"
    assert outcome.result["truncated"] is False


def test_http_sends_no_body_without_json(site: str) -> None:
    seen = asked(run("http", {"url": f"{site}/"}))
    assert seen["body"] == ""
    assert "content-type" not in seen["headers"]


def test_all_attempts_of_an_execution_carry_one_idempotency_key_unless_it_is_given(site: str) -> None:
    keys = [asked(run("http", {"url": site}, attempt=n))["headers"]["idempotency-key"] for n in (1, 2)]
    assert keys[0] == keys[1]
    own = asked(run("http", {"url": site, "headers": {"Idempotency-KEY": "mine"}}))
    assert own["headers"]["idempotency-key"] == "mine"


def test_http_succeeds_with_the_status_it_expects(site: str) -> None:
    for status, expected in [(204, None), (404, 404), (404, [200, 404])]:
        args = {"url": f"{site}/status/{status}", "expected_status": expected}
        assert run("http", args).result["status"] == status


@pytest.mark.parametrize(
    ("status", "expected", "said"),
    [(500, None, "200 to 299"), (200, 201, "201"), (404, [200, 201], "[200, 201]")],
)
def test_http_fails_with_another_status_and_shows_the_head_of_the_body(
    site: str, status: int, expected: Any, said: str
) -> None:
    error = run("http", {"url": f"{site}/status/{status}", "expected_status": expected}).error
    assert str(error) == f"GET {site}/status/{status} answered {status}, expected was {said}: so it is"


def test_a_redirect_is_an_answer_and_says_where_to(site: str) -> None:
    assert "answered 302" in str(run("http", {"url": f"{site}/moved"}).error)
    result = run("http", {"url": f"{site}/moved", "expected_status": 302}).result
    assert result["location"] == "/status/200"


def test_of_a_long_body_the_first_64_kib_are_kept_with_a_mark(site: str) -> None:
    whole = run("curl", {"payload": f"{site}/big/65536"}).result
    assert (len(whole["body"]), whole["truncated"]) == (65_536, False)
    cut = run("curl", {"payload": f"{site}/big/20000000"}).result
    assert (len(cut["body"]), cut["truncated"]) == (65_536, True)


@pytest.mark.parametrize(
    ("charset", "body"),
    [("latin-1", "Grüße\ufffd"), ("hex", "Gr\ufffd\ufffde\ufffd"), ("none-such", "Gr\ufffd\ufffde\ufffd")],
)
def test_a_body_is_read_in_its_charset_and_in_utf_8_when_that_is_none(site: str, charset: str, body: str) -> None:
    assert run("curl", {"payload": f"{site}/charset/{charset}"}).result["body"] == body


def test_http_fails_when_no_answer_comes_in_time(site: str) -> None:
    error = run("http", {"url": f"{site}/silent", "timeout_seconds": 0.2}).error
    assert str(error) == f"GET {site}/silent failed: no answer within 0.2 s"


def test_http_fails_in_words_when_nobody_listens() -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    error = run("http", {"url": f"http://127.0.0.1:{port}/"}).error
    assert str(error).startswith(f"GET http://127.0.0.1:{port}/ failed: ")


@pytest.mark.parametrize(
    "args",
    [
        {"url": "http://[::1/x"},
        {"url": "http://a.invalid:99999999/"},
        {"url": "http://127.0.0.1:9/", "headers": {"a b": "x"}},
        {"url": "http://127.0.0.1:9/", "headers": {"a": "ü"}},
        {"url": "http://127.0.0.1:9/", "headers": {"a": "x\r\nb: y"}},
    ],
)
def test_a_request_that_can_not_be_made_fails_in_words(args: dict[str, Any]) -> None:
    assert str(run("http", args).error).startswith(f"GET {args['url']} failed: ")


def test_curl_gets_the_url_in_its_payload_and_takes_any_status(site: str) -> None:
    assert asked(run("curl", {"payload": f"{site}/"}))["method"] == "GET"
    missing = run("curl", {"payload": f"{site}/status/404"})
    assert missing.result == {"status": 404, "content_type": "text/plain", "body": "so it is", "truncated": False}
    assert missing.logs == [("WARN", f"GET {site}/status/404 answered 404")]


@pytest.mark.parametrize(
    "payload", ["ftp://example.org/x", "example.org", "file:///etc/passwd", "http://", "http:// x", "", 5]
)
def test_what_is_no_http_url_is_refused_by_name(payload: object) -> None:
    for command, argument in (("curl", "payload"), ("http", "url")):
        error = run(command, {argument: payload}).error
        assert isinstance(error, Invalid)
        assert [each.field for each in error.errors] == [f"args.{argument}"]
    assert isinstance(payload, int) or "an http or https URL" in str(error)


def test_wrong_arguments_of_http_are_all_named() -> None:
    wrong = {"method": "post", "headers": {"a": 1}, "expected_status": 99, "timeout_seconds": 0, "jsn": 1}
    error = run("http", wrong).error
    assert isinstance(error, Invalid)
    assert {each.field for each in error.errors} == {
        "args.url",
        "args.method",
        "args.headers.a",
        "args.expected_status",
        "args.timeout_seconds",
        "args.jsn",
    }

"""The gate before the page, and the one line behind it that keeps files unread."""

import json
import re

import httpx
import pytest

from assistant.web.server import port_is_free
from tests.browser import FRENCH

PAGE_JSON = {"content-type": "application/json"}


@pytest.fixture(scope="module")
def http(served):
    """A client that is no browser: no Sec-Fetch headers."""
    with httpx.Client(base_url=served.address, trust_env=False, timeout=20) as client:
        yield client


def config_of(client):
    """Return Gradio's own description of the page: the components and the events."""
    page = client.get("/", headers={"accept-language": "fr"}).text
    return json.loads(re.search(r"window\.gradio_config = (\{.*?\});</script>", page, re.DOTALL)[1])


def begin(config):
    """Return (number, inputs) of the event of the question box that runs without the queue."""
    events = [e for e in config["dependencies"] if any(t[1] == "submit" for t in e["targets"])]
    return events[0]["id"], events[0]["inputs"]


def body_of(config, value, session="s1"):
    """Return the body of a question as the page posts it."""
    number, inputs = begin(config)
    data = [value, *(None for _ in inputs[1:])]
    return {"data": data, "fn_index": number, "session_hash": session, "event_data": None, "trigger_id": None}


@pytest.mark.parametrize(
    "path",
    [
        "/docs", "/openapi.json", "/config", "/info", "/gradio_api/info", "/gradio_api/openapi.json", "/monitoring",
        "/gradio_api/file=/etc/passwd", "/gradio_api/proxy=http://elsewhere.example", "/gradio_api/runs", "/login",
        "/gradio_api/deep_link?session_hash=s1", "/gradio_api/call/begin", "/gradio_api/startup-events", "/token",
        "/gradio_api/app_id", "/gradio_api/stream/a/b/c", "/gradio_api/mcp/sse", "/gradio_api/upload_progress",
        "/gradio_api/heartbeat/../info", "/assets/../config", "/ui/../config", "/ui/%2e%2e/server.py", "/ui//x",
        "/gradio_api/heartbeat/", "/robots.txt", "/gradio_api", "/gradio_api/queue/status",
    ],
)  # fmt: skip
def test_every_path_the_page_does_not_need_is_refused(http, path):
    """What is shut cannot be misused: documents, files, proxies, deep links, direct calls."""
    assert http.get(path).status_code == 404


@pytest.mark.parametrize("path", ["/gradio_api/upload", "/gradio_api/call/begin", "/gradio_api/queue/push", "/login"])
def test_posts_elsewhere_are_refused(http, path):
    """Uploads are accepted by Gradio even where no component takes a file."""
    assert http.post(path, json={}).status_code == 404


def test_methods_are_few(http):
    """A path is read or written, never both."""
    assert http.get("/gradio_api/queue/join").status_code == 405
    assert http.post("/", json={}).status_code == 405
    assert http.delete("/").status_code == 405
    assert http.options("/gradio_api/queue/join").status_code == 405


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""])
def test_only_json_is_taken(http, kind):
    """The other types can be posted by a form of any site."""
    answer = http.post("/gradio_api/run/predict", content=b"{}", headers={"content-type": kind})
    assert answer.status_code == 415


def test_large_bodies_are_refused(http):
    """A question is two kilobytes; a megabyte is something else."""
    assert http.post("/gradio_api/run/predict", json={"data": ["x" * 1_000_001]}).status_code == 413


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_other_sites_may_not_post(http, site):
    """A page elsewhere must not ask in the person's name."""
    headers = PAGE_JSON | {"sec-fetch-site": site}
    assert http.post("/gradio_api/run/predict", content=b"{}", headers=headers).status_code == 403


@pytest.mark.parametrize(
    "body",
    [
        b'{"data": [{"path": "/etc/passwd"}]}',
        b'{"data": [{"_type": "x"}]}',
        b'{"data": [[[{"a": {"component": "file"}}]]]}',
        b'{"path": 1, "path": 2}',
        b'{"data": [{"p\\u0061th": "/etc/passwd"}]}',
        b'{"a": {"path": 1}, "a": {}}',
        b"not json",
        b"",
        b"\xff\xfe{\x00}\x00",
        b"[" * 200_000,
    ],
)
def test_bodies_that_name_files_or_are_no_json_are_refused(http, body):
    """Gradio reads the file that a body names: no such body may reach it, however it is spelled."""
    assert http.post("/gradio_api/run/predict", content=body, headers=PAGE_JSON).status_code == 400


def test_a_question_that_speaks_of_paths_passes(http):
    """The words of a question are no keys."""
    body = body_of(config_of(http), 'What is {"path": "/etc/passwd"}?', "words")
    assert http.post("/gradio_api/run/predict", json=body).status_code == 200


def test_the_page_carries_a_strict_policy_and_a_fresh_nonce(http):
    """No script, style or address of elsewhere; an injected script lacks the nonce."""
    first, second = (http.get("/") for _ in range(2))
    policy = first.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe-eval" not in policy
    assert "http" not in policy
    nonces = [re.search(r"'nonce-([\w-]+)'", r.headers["content-security-policy"])[1] for r in (first, second)]
    assert nonces[0] != nonces[1]
    assert first.text.count("<script") == first.text.count(f'<script nonce="{nonces[0]}"')


def test_every_answer_carries_the_headers(http):
    """A refusal too."""
    for path in ("/", "/healthz", "/ui/ui.js", "/nothing"):
        headers = http.get(path).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["cross-origin-opener-policy"] == "same-origin"
        assert headers["cross-origin-resource-policy"] == "same-origin"
        assert "camera=()" in headers["permissions-policy"]
        assert "access-control-allow-origin" not in headers


def test_no_origin_is_reflected(http):
    """Gradio by itself answers any origin, with credentials."""
    headers = http.get("/", headers={"origin": "https://elsewhere.example"}).headers
    assert "access-control-allow-origin" not in headers
    assert "access-control-allow-credentials" not in headers


def test_caching_keeps_assets_and_nothing_of_the_page(http):
    """Hashed names never change; the page holds a nonce and belongs to one person."""
    page = http.get("/")
    assert page.headers["cache-control"] == "no-store"
    asset = re.search(r'(?:src|href)="\./(assets/[^"]+\.js)"', page.text)[1]
    assert http.get(f"/{asset}").headers["cache-control"] == "public, max-age=31536000, immutable"
    assert http.get("/ui/ui.js").headers["cache-control"] == "no-cache"
    assert http.get("/assets/none.js").headers["cache-control"] == "no-store"


def test_the_page_is_written_in_the_readers_language(http):
    """Screen readers choose their voice from it, before any script runs."""
    assert '<html\n\tlang="fr"' in http.get("/", headers={"accept-language": "fr-CA"}).text
    assert '<html\n\tlang="en"' in http.get("/", headers={"accept-language": "de"}).text
    hostile = http.get("/", headers={"cookie": 'ui-lang="en\\"><script>"', "accept-language": "fr"})
    assert '<html\n\tlang="fr"' in hostile.text


def test_health_is_told(http):
    """For whatever watches the service."""
    assert http.get("/healthz").json() == {"ok": True}


def test_static_files_are_small(http):
    """The page is ours to keep light."""
    assert len(http.get("/ui/ui.js").content) < 8192
    assert len(http.get("/ui/style.css").content) < 8192


def test_a_file_named_in_a_body_is_never_read(http, ungated, tmp_path):
    """Gradio 6.31 reads any file that a Textbox's value names unless has_launched is set; both locks are tried."""
    secret = tmp_path / "secret.txt"
    secret.write_text("the-secret-words")
    config = config_of(http)
    named = {"path": str(secret), "meta": {"_type": "gradio.FileData"}, "orig_name": "secret.txt"}
    assert http.post("/gradio_api/run/predict", json=body_of(config, named, "file")).status_code == 400

    with httpx.Client(base_url=ungated, trust_env=False, timeout=20) as behind:
        sent = behind.post("/gradio_api/run/predict", json=body_of(config_of(behind), named, "file"))
        assert sent.status_code != 200, "the line `demo.has_launched = True` is what refuses here"
        assert "the-secret-words" not in sent.text
        assert "/cache/" not in sent.text
        # The same event with plain words passes: it was the file that was refused.
        plain = behind.post("/gradio_api/run/predict", json=body_of(config_of(behind), FRENCH, "plain"))
        assert plain.status_code == 200


def test_anything_sent_as_a_question_becomes_text(http):
    """The server must not trust what a browser says a question is."""
    for value in (None, 12, [1], {"a": [None]}, True):
        answer = http.post("/gradio_api/run/predict", json=body_of(config_of(http), value, f"odd{value}"))
        assert answer.status_code == 200


def test_a_port_in_use_is_seen_before_anything_is_loaded(served):
    """The person is told at once, not after the models are read."""
    host, port = served.address.removeprefix("http://").split(":")
    assert not port_is_free(host, int(port))
    assert not port_is_free("no.such.host.invalid", 7860)

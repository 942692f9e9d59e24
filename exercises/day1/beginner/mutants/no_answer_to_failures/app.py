"""orders: the API of a small shop, with nothing but the standard library to serve it."""

import json
import os
import re
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import ProxyHandler, Request, build_opener

from prometheus_client import CONTENT_TYPE_LATEST, Counter, Histogram, generate_latest


WAREHOUSE = os.environ["WAREHOUSE_URL"]

REQUESTS = Counter(
    "http_requests_total", "Requests answered.", ["method", "route", "status"]
)
SECONDS = Histogram(
    "http_request_duration_seconds",
    "Duration of requests.",
    ["route"],
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5),
)

opener = build_opener(ProxyHandler({}))  # the warehouse is never behind a proxy


def call_warehouse(target, document=None):
    """Forward a request and return (status, document)."""
    data = None if document is None else json.dumps(document).encode()
    call = Request(WAREHOUSE + target, data, {"Content-Type": "application/json"})
    try:
        with opener.open(call, timeout=10) as answer:
            return answer.status, json.load(answer)
    except HTTPError as error:
        with error:
            return error.code, json.load(error)


def index(target, body):
    return 200, {"shop": "orders", "status": "open"}


def forward(target, body):
    return call_warehouse(target)


def create_order(target, body):
    order = json.loads(body)
    _status, answer = call_warehouse("/orders", order)
    return 201, {"order": order["order"], "reservation": answer["reservation"]}


ROUTES = {
    "/": (re.compile("/"), "GET", index),
    "/products": (re.compile("/products"), "GET", forward),
    "/products/:pid": (re.compile(r"/products/\d+"), "GET", forward),
    "/search": (re.compile("/search"), "GET", forward),
    "/reports/daily": (re.compile("/reports/daily"), "GET", forward),
    "/orders": (re.compile("/orders"), "POST", create_order),
}


class Handler(BaseHTTPRequestHandler):
    def measured(self):
        started = time.perf_counter()
        path = urlsplit(self.path).path
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if path == "/metrics":
            return self.answer(200, CONTENT_TYPE_LATEST, generate_latest())
        if path == "/healthz":
            return self.answer(200, "application/json", b'{"ok": true}')
        route = next((r for r, (p, *_) in ROUTES.items() if p.fullmatch(path)), None)
        status, document = self.dispatch(route, body)
        REQUESTS.labels(self.command, route or "unmatched", status).inc()
        SECONDS.labels(route or "unmatched").observe(time.perf_counter() - started)
        self.answer(status, "application/json", json.dumps(document).encode())

    def dispatch(self, route, body):
        if route is None:
            return 404, {"error": "Not Found"}
        _pattern, method, view = ROUTES[route]
        if self.command != method:
            return 405, {"error": "Method Not Allowed"}
        return view(self.path, body)

    def answer(self, status, content_type, body):
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    # Other methods end in http.server's own 501 and never get here.
    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = measured


class Server(ThreadingHTTPServer):
    request_queue_size = 128  # the default of 5 refuses bursts of connections


if __name__ == "__main__":
    Server(("127.0.0.1", int(os.environ.get("PORT", "8000"))), Handler).serve_forever()

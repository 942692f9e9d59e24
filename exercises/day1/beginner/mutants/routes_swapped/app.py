"""orders: the API of a small shop, measured from outside the framework."""

import os
import re
import time

import requests
from flask import Flask, jsonify, request
from prometheus_client import Counter, Histogram, make_wsgi_app
from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.serving import run_simple
from werkzeug.wsgi import ClosingIterator


WAREHOUSE = os.environ["WAREHOUSE_URL"]
VERBS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}

# A middleware sees paths, no routes: these patterns name them.
ROUTES = [
    (re.compile(r"/"), "home"),
    (re.compile(r"/products"), "search"),
    (re.compile(r"/products/\d+"), "product"),
    (re.compile(r"/search"), "products"),
    (re.compile(r"/reports/daily"), "daily report"),
    (re.compile(r"/orders"), "orders"),
]

DONE = Counter("shop_answers_total", "Answers given.", ["verb", "handler", "code"])
TOOK = Histogram(
    "shop_answer_time_seconds",
    "From the call of the app to the last byte of its answer.",
    ["handler", "code"],
    buckets=(0.02, 0.04, 0.08, 0.125, 0.25, 0.4, 0.8, 1.6, 3.2),
)


class Measured:
    """Count and time every call of a WSGI app, whatever becomes of it."""

    def __init__(self, wrapped):
        self.wrapped = wrapped

    def __call__(self, environ, start_response):
        path = environ["PATH_INFO"]
        if path == "/healthz":
            return self.wrapped(environ, start_response)
        started = time.perf_counter()
        code = "500"

        def remember(status, headers, exc_info=None):
            nonlocal code
            code = status[:3]
            return start_response(status, headers, exc_info)

        def record():
            verb = environ["REQUEST_METHOD"]
            handler = next((n for p, n in ROUTES if p.fullmatch(path)), "unknown")
            DONE.labels(verb if verb in VERBS else "other", handler, code).inc()
            TOOK.labels(handler, code).observe(time.perf_counter() - started)

        try:
            body = self.wrapped(environ, remember)
        except Exception:
            record()
            raise
        return ClosingIterator(body, record)


app = Flask("orders")


def ask_warehouse(path, **arguments):
    """Forward one GET, with its query string, and return (document, status)."""
    answer = requests.get(WAREHOUSE + path, timeout=10, **arguments)
    return answer.json(), answer.status_code


@app.get("/")
def index():
    return jsonify(shop="orders", status="open")


@app.get("/healthz")
def healthz():
    return jsonify(ok=True)


@app.get("/products")
def products():
    return ask_warehouse("/products", params=request.args)


@app.get("/products/<int:pid>")
def product(pid):
    return ask_warehouse(f"/products/{pid}")


@app.get("/search")
def search():
    return ask_warehouse("/search", params=request.args)


@app.get("/reports/daily")
def daily_report():
    return ask_warehouse("/reports/daily", params=request.args)


@app.post("/orders")
def create_order():
    order = request.get_json()
    answer = requests.post(WAREHOUSE + "/orders", json=order, timeout=10).json()
    return jsonify(order=order["order"], reservation=answer["reservation"]), 201


# The dispatcher takes /metrics away before the middleware could count it.
served = DispatcherMiddleware(Measured(app), {"/metrics": make_wsgi_app()})

if __name__ == "__main__":
    run_simple("127.0.0.1", int(os.environ.get("PORT", "8000")), served, threaded=True)

"""orders: the API of a small shop; its metrics are written without a client library."""

import os
import threading
import time

import requests
from flask import Flask, Response, g, jsonify, request


WAREHOUSE = os.environ["WAREHOUSE_URL"]
METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}
BOUNDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, float("inf"))

lock = threading.Lock()
counts = {}  # (method, route, status) -> requests
seconds = {}  # (method, route) -> [sum, requests up to each bound]

app = Flask("orders")


def ask_warehouse(path, **arguments):
    """Forward one GET, with its query string, and return (document, status)."""
    answer = requests.get(WAREHOUSE + path, timeout=10, **arguments)
    return answer.json(), answer.status_code


@app.before_request
def before():
    g.started = time.perf_counter()


@app.after_request
def after(response):
    if request.path in ("/metrics", "/healthz"):
        return response
    took = time.perf_counter() - g.started
    method = request.method if request.method in METHODS else "other"
    route = request.url_rule.rule if request.url_rule else "unmatched"
    # Flask answers in many threads: without the lock two of them could read the
    # same number and one request would be lost.
    with lock:
        counted = (method, route, response.status_code)
        counts[counted] = counts.get(counted, 0) + 1
        timed = seconds.setdefault((method, route), [0.0] + [0] * len(BOUNDS))
        timed[0] += took
        for place, bound in enumerate(BOUNDS, start=1):
            if took <= bound:
                timed[place] += 1
                break
    return response


def quoted(text):
    """Escape a label value as the format demands."""
    text = str(text).replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")
    return f'"{text}"'


def exposition():
    yield "# HELP http_requests_total Requests answered."
    yield "# TYPE http_requests_total counter"
    for (method, route, status), count in counts.items():
        labels = f"method={quoted(method)},route={quoted(route)},status={quoted(status)}"
        yield f"http_requests_total{{{labels}}} {count}"
    yield "# HELP http_request_duration_seconds Duration of requests."
    yield "# TYPE http_request_duration_seconds histogram"
    for (method, route), (total, *buckets) in seconds.items():
        labels = f"method={quoted(method)},route={quoted(route)}"
        for bound, count in zip(BOUNDS, buckets):
            le = "+Inf" if bound == float("inf") else bound
            yield f'http_request_duration_seconds_bucket{{{labels},le="{le}"}} {count}'
        yield f"http_request_duration_seconds_sum{{{labels}}} {total}"
        yield f"http_request_duration_seconds_count{{{labels}}} {sum(buckets)}"


@app.get("/metrics")
def metrics():
    with lock:
        lines = list(exposition())
    return Response(
        "\n".join(lines) + "\n", content_type="text/plain; version=0.0.4; charset=utf-8"
    )


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


if __name__ == "__main__":
    app.run(host="127.0.0.1", port=int(os.environ.get("PORT", "8000")))

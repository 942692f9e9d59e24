"""orders: the API of a small shop, with its rate, errors and durations at /metrics."""

import os
import time

import requests
from flask import Flask, Response, g, jsonify, request
from prometheus_client import CONTENT_TYPE_LATEST, Counter, Histogram, generate_latest


WAREHOUSE = os.environ["WAREHOUSE_URL"]

# A label has few values, and the code decides which: whatever a client makes up
# (paths, methods) is folded into one value. Each new value would be a new series.
KNOWN_METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}

# Whoever asks these watches the shop and buys nothing.
WATCHERS = {"/metrics", "/healthz"}

REQUESTS = Counter(
    "http_requests_total",
    "Requests answered, failures among them.",
    ["method", "route", "status"],
)
SECONDS = Histogram(
    "http_request_duration_seconds",
    "Time from the arrival of a request until its answer was ready.",
    ["method", "route"],
    # The promise is 250 ms, so 0.25 is a bound; its neighbours show how far off we are.
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)

app = Flask("orders")


def ask_warehouse(path, **arguments):
    """Forward one GET, with its query string, and return (document, status)."""
    answer = requests.get(WAREHOUSE + path, timeout=10, **arguments)
    return answer.json(), answer.status_code


@app.before_request
def start_timer():
    # perf_counter never steps, as the wall clock does when it is set.
    g.started = time.perf_counter()


@app.after_request
def remember_status(response):
    g.status = response.status_code
    return response


@app.teardown_request
def record(_error):
    # Flask runs this exactly once for every request that start_timer saw, even when
    # an exception reached the server (debug mode) and there was no after_request.
    if request.path in WATCHERS or "started" not in g:
        return
    method = request.method if request.method in KNOWN_METHODS else "other"
    # The rule (/products/<int:pid>), not the path: 500 products are one route.
    route = request.url_rule.rule if request.url_rule else "unmatched"
    REQUESTS.labels(method, route, g.get("status", 500)).inc()
    SECONDS.labels(method, route).observe(time.perf_counter() - g.started)


@app.get("/metrics")
def metrics():
    # Prometheus believes the content type, not the body, so Flask's text/html won't do.
    return Response(generate_latest(), content_type=CONTENT_TYPE_LATEST)


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
    # The warehouse sometimes refuses. Nobody wrote code for that: it becomes a 500.
    return jsonify(order=order["order"], reservation=answer["reservation"]), 201


if __name__ == "__main__":
    app.run(host="127.0.0.1", port=int(os.environ.get("PORT", "8000")))

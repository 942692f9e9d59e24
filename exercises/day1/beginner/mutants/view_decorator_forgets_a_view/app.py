"""orders: the API of a small shop."""

import functools
import os
import time

import requests
from flask import Flask, Response, jsonify, make_response, request
from prometheus_client import CONTENT_TYPE_LATEST, Counter, Histogram, generate_latest


WAREHOUSE = os.environ["WAREHOUSE_URL"]

REQUESTS = Counter(
    "http_requests_total", "Requests answered.", ["method", "route", "status"]
)
SECONDS = Histogram(
    "http_request_duration_seconds",
    "Duration of requests.",
    ["method", "route"],
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5),
)

app = Flask("orders")


def ask_warehouse(path, **arguments):
    """Forward one GET, with its query string, and return (document, status)."""
    answer = requests.get(WAREHOUSE + path, timeout=10, **arguments)
    return answer.json(), answer.status_code


def measured(view):
    @functools.wraps(view)
    def wrapper(**arguments):
        started = time.perf_counter()
        status = 500
        try:
            response = make_response(view(**arguments))
            status = response.status_code
            return response
        finally:
            route = request.url_rule.rule
            REQUESTS.labels(request.method, route, status).inc()
            SECONDS.labels(request.method, route).observe(time.perf_counter() - started)

    return wrapper


@app.get("/metrics")
def metrics():
    return Response(generate_latest(), content_type=CONTENT_TYPE_LATEST)


@app.get("/")
@measured
def index():
    return jsonify(shop="orders", status="open")


@app.get("/healthz")
def healthz():
    return jsonify(ok=True)


@app.get("/products")
@measured
def products():
    return ask_warehouse("/products", params=request.args)


@app.get("/products/<int:pid>")
@measured
def product(pid):
    return ask_warehouse(f"/products/{pid}")


@app.get("/search")
@measured
def search():
    return ask_warehouse("/search", params=request.args)


@app.get("/reports/daily")
def daily_report():
    return ask_warehouse("/reports/daily", params=request.args)


@app.post("/orders")
@measured
def create_order():
    order = request.get_json()
    answer = requests.post(WAREHOUSE + "/orders", json=order, timeout=10).json()
    return jsonify(order=order["order"], reservation=answer["reservation"]), 201


if __name__ == "__main__":
    app.run(host="127.0.0.1", port=int(os.environ.get("PORT", "8000")))

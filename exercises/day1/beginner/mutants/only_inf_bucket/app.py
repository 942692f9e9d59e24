"""orders: the API of a small shop, measured with OpenTelemetry."""

import os
import time

import requests
from flask import Flask, g, jsonify, request
from opentelemetry.exporter.prometheus import PrometheusMetricReader
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.view import ExplicitBucketHistogramAggregation, View
from opentelemetry.sdk.resources import Resource
from prometheus_client import make_wsgi_app
from werkzeug.middleware.dispatcher import DispatcherMiddleware


WAREHOUSE = os.environ["WAREHOUSE_URL"]
METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}

BOUNDS = ()

meter = MeterProvider(
    resource=Resource.create({"service.name": "orders"}),
    metric_readers=[PrometheusMetricReader()],
    views=[
        View(
            instrument_name="http.server.request.duration",
            aggregation=ExplicitBucketHistogramAggregation(BOUNDS),
        )
    ],
).get_meter("orders")
handled = meter.create_counter("shop.requests", description="Requests answered.")
duration = meter.create_histogram(
    "http.server.request.duration", unit="s", description="Duration of requests."
)

app = Flask("orders")
# Mounted beside the app: scrapes never reach its hooks.
app.wsgi_app = DispatcherMiddleware(app.wsgi_app, {"/metrics": make_wsgi_app()})


def ask_warehouse(path, **arguments):
    """Forward one GET, with its query string, and return (document, status)."""
    answer = requests.get(WAREHOUSE + path, timeout=10, **arguments)
    return answer.json(), answer.status_code


@app.before_request
def before():
    g.started = time.perf_counter()


@app.after_request
def after(response):
    if request.path == "/healthz":
        return response
    seconds = time.perf_counter() - g.started
    attributes = {
        "http.request.method": request.method if request.method in METHODS else "_OTHER",
        "http.response.status_code": response.status_code,
    }
    if request.url_rule:
        attributes["http.route"] = request.url_rule.rule
    handled.add(1, attributes)
    duration.record(seconds, attributes)
    return response


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

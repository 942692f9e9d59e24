"""orders: the API of a small shop. It works, but nobody can see how well.

Every answer comes from the warehouse, a service of another team: this app forwards
the request and passes the answer on. Some users say that some requests are slow.
Your task is in README.md; `sre-course check beginner` tells how far you are.
"""

import os

import requests
from flask import Flask, jsonify, request


WAREHOUSE = os.environ["WAREHOUSE_URL"]

app = Flask("orders")


def ask_warehouse(path, **arguments):
    """Forward one GET, with its query string, and return (document, status)."""
    answer = requests.get(WAREHOUSE + path, timeout=10, **arguments)
    return answer.json(), answer.status_code


# TODO: count the requests and measure how long they take, then serve the numbers
# at /metrics for Prometheus. You may change everything in this file as long as the
# routes below keep answering as they do now.


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

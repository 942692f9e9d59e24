"""orders: the API of a small shop."""

import os
import socket
import threading
import time

import requests
from flask import Flask, Response, g, jsonify, request
from prometheus_client import CONTENT_TYPE_LATEST, Counter, Histogram, generate_latest
from werkzeug.serving import make_server


WAREHOUSE = os.environ["WAREHOUSE_URL"]
METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}

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


@app.before_request
def before():
    g.started = time.perf_counter()


@app.after_request
def after(response):
    if request.path in ("/metrics", "/healthz"):
        return response
    seconds = time.perf_counter() - g.started
    method = request.method if request.method in METHODS else "other"
    route = request.url_rule.rule if request.url_rule else "unmatched"
    REQUESTS.labels(method, route, response.status_code).inc()
    SECONDS.labels(method, route).observe(seconds)
    return response


@app.get("/metrics")
def metrics():
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
    return jsonify(order=order["order"], reservation=answer["reservation"]), 201


def end_with(main):
    while os.getppid() == main:
        time.sleep(0.2)
    os._exit(0)


if __name__ == "__main__":
    main = os.getpid()
    for _ in range(3):
        if os.fork() == 0:
            threading.Thread(target=end_with, args=(main,), daemon=True).start()
            break
    # Each worker listens for itself; the kernel deals the connections out.
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    port = int(os.environ.get("PORT", "8000"))
    listener.bind(("127.0.0.1", port))
    listener.listen(128)
    make_server(
        "127.0.0.1", port, app, threaded=True, fd=listener.fileno()
    ).serve_forever()

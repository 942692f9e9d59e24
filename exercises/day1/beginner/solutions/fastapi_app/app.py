"""orders: the API of a small shop, in FastAPI."""

import os

import requests
import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse
from prometheus_client import Counter, Histogram
from prometheus_fastapi_instrumentator import Instrumentator


WAREHOUSE = os.environ["WAREHOUSE_URL"]
METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}

REQUESTS = Counter(
    "http_requests_total", "Requests answered.", ["method", "handler", "status"]
)
SECONDS = Histogram(
    "http_request_duration_seconds",
    "Duration of requests.",
    ["method", "handler"],
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5),
)


def measure(info):
    method = info.method if info.method in METHODS else "other"
    REQUESTS.labels(method, info.modified_handler, info.modified_status).inc()
    SECONDS.labels(method, info.modified_handler).observe(info.modified_duration)


app = FastAPI(title="orders")
Instrumentator(excluded_handlers=["^/metrics$", "^/healthz$"]).add(measure).instrument(
    app
).expose(app)


def ask_warehouse(path, query=None):
    """Forward one GET, with its query string, and pass the answer on."""
    answer = requests.get(WAREHOUSE + path, params=query, timeout=10)
    return JSONResponse(answer.json(), answer.status_code)


@app.get("/")
def index():
    return {"shop": "orders", "status": "open"}


@app.get("/healthz")
def healthz():
    return {"ok": True}


@app.get("/products")
def products(request: Request):
    return ask_warehouse("/products", request.query_params)


@app.get("/products/{pid:int}")
def product(pid: int):
    return ask_warehouse(f"/products/{pid}")


@app.get("/search")
def search(request: Request):
    return ask_warehouse("/search", request.query_params)


@app.get("/reports/daily")
def daily_report(request: Request):
    return ask_warehouse("/reports/daily", request.query_params)


@app.post("/orders", status_code=201)
def create_order(order: dict):
    answer = requests.post(WAREHOUSE + "/orders", json=order, timeout=10).json()
    return {"order": order["order"], "reservation": answer["reservation"]}


if __name__ == "__main__":
    uvicorn.run(app, host="127.0.0.1", port=int(os.environ.get("PORT", "8000")))

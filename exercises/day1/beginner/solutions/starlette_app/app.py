"""orders: the API of a small shop, in Starlette, with an ASGI middleware."""

import os
import time

import requests
import uvicorn
from prometheus_client import CONTENT_TYPE_LATEST, Counter, Histogram, generate_latest
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse, Response
from starlette.routing import Match, Route


WAREHOUSE = os.environ["WAREHOUSE_URL"]
METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}
WATCHERS = {"/metrics", "/healthz"}

REQUESTS = Counter(
    "http_requests_total", "Requests answered.", ["method", "route", "status"]
)
SECONDS = Histogram(
    "http_request_duration_seconds",
    "Duration of requests.",
    ["method", "route"],
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5),
)


async def ask_warehouse(path, query=None):
    """Forward one GET, with its query string, and pass the answer on."""
    answer = await run_in_threadpool(
        requests.get, WAREHOUSE + path, params=query, timeout=10
    )
    return JSONResponse(answer.json(), answer.status_code)


async def index(request):
    return JSONResponse({"shop": "orders", "status": "open"})


async def healthz(request):
    return JSONResponse({"ok": True})


async def metrics(request):
    return Response(generate_latest(), headers={"content-type": CONTENT_TYPE_LATEST})


async def products(request):
    return await ask_warehouse("/products", request.query_params)


async def product(request):
    return await ask_warehouse(f"/products/{request.path_params['pid']}")


async def search(request):
    return await ask_warehouse("/search", request.query_params)


async def daily_report(request):
    return await ask_warehouse("/reports/daily", request.query_params)


async def create_order(request):
    order = await request.json()
    answer = await run_in_threadpool(
        requests.post, WAREHOUSE + "/orders", json=order, timeout=10
    )
    reservation = answer.json()["reservation"]
    return JSONResponse({"order": order["order"], "reservation": reservation}, 201)


shop = Starlette(
    routes=[
        Route("/", index),
        Route("/healthz", healthz),
        Route("/products", products),
        Route("/products/{pid:int}", product),
        Route("/search", search),
        Route("/reports/daily", daily_report),
        Route("/orders", create_order, methods=["POST"]),
        Route("/metrics", metrics),
    ]
)


def template(scope):
    """Return the route that a request meets, whichever method it uses."""
    for route in shop.routes:
        if route.matches(scope)[0] is not Match.NONE:
            return route.path
    return "unmatched"


async def app(scope, receive, send):
    if scope["type"] != "http" or scope["path"] in WATCHERS:
        return await shop(scope, receive, send)
    method = scope["method"] if scope["method"] in METHODS else "other"
    route = template(scope)
    status = 500
    started = time.perf_counter()

    async def remember_status(message):
        nonlocal status
        if message["type"] == "http.response.start":
            status = message["status"]
        await send(message)

    try:
        await shop(scope, receive, remember_status)
    finally:
        REQUESTS.labels(method, route, status).inc()
        SECONDS.labels(method, route).observe(time.perf_counter() - started)


if __name__ == "__main__":
    uvicorn.run(app, host="127.0.0.1", port=int(os.environ.get("PORT", "8000")))

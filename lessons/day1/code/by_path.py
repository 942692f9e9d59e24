"""The counting of the original course text, which grows with every unknown URL."""

import time

from flask import Flask, request
from prometheus_client import Counter, Histogram

app = Flask(__name__)

REQUEST_COUNT = Counter(
    "app_requests_total", "Total request count", ["method", "endpoint"]
)
REQUEST_LATENCY = Histogram(
    "app_request_latency_seconds", "Request latency in seconds", ["endpoint"]
)


@app.before_request
def before_request():
    request.start_time = time.time()


# region count
@app.after_request
def after_request(response):
    latency = time.time() - request.start_time
    REQUEST_COUNT.labels(request.method, request.path).inc()
    REQUEST_LATENCY.labels(request.path).observe(latency)
    return response
# endregion


@app.route("/")
def hello():
    return "Hello World!"

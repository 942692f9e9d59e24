// orders: the API of a small shop, in plain Node.js without packages.
"use strict";

const http = require("node:http");

const WAREHOUSE = process.env.WAREHOUSE_URL;
const BOUNDS = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, Infinity];

const counts = new Map(); // labels -> requests
const durations = new Map(); // labels -> {sum, buckets}

const ROUTES = [
  { name: "/", pattern: /^\/$/, method: "GET", view: index },
  { name: "/products", pattern: /^\/products$/, method: "GET", view: forward },
  { name: "/products/:pid", pattern: /^\/products\/\d+$/, method: "GET", view: forward },
  { name: "/search", pattern: /^\/search$/, method: "GET", view: forward },
  { name: "/reports/daily", pattern: /^\/reports\/daily$/, method: "GET", view: forward },
  { name: "/orders", pattern: /^\/orders$/, method: "POST", view: createOrder },
];

function callWarehouse(method, target, document) {
  const body = document === undefined ? "" : JSON.stringify(document);
  const headers = { "Content-Type": "application/json", "Content-Length": Buffer.byteLength(body) };
  return new Promise((resolve, reject) => {
    const call = http.request(WAREHOUSE + target, { method, headers, timeout: 10000 }, (answer) => {
      read(answer).then((text) => resolve([answer.statusCode, JSON.parse(text)])).catch(reject);
    });
    call.on("timeout", () => call.destroy(new Error("the warehouse is silent")));
    call.on("error", reject);
    call.end(body);
  });
}

async function read(stream) {
  const parts = [];
  for await (const part of stream) parts.push(part);
  return Buffer.concat(parts).toString("utf8");
}

async function index() {
  return [200, { shop: "orders", status: "open" }];
}

async function forward(request) {
  return callWarehouse("GET", request.url);
}

async function createOrder(request) {
  const order = JSON.parse(await read(request));
  const [, answer] = await callWarehouse("POST", "/orders", order);
  if (answer.reservation === undefined) throw new Error("no reservation");
  return [201, { order: order.order, reservation: answer.reservation }];
}

function dispatch(route, request) {
  if (!route) return [404, { error: "Not Found" }];
  if (request.method !== route.method) return [405, { error: "Method Not Allowed" }];
  return route.view(request);
}

function record(method, route, status, seconds) {
  const counted = `method="${method}",route="${route}",status="${status}"`;
  counts.set(counted, (counts.get(counted) ?? 0) + 1);
  const timed = `route="${route}"`;
  const duration = durations.get(timed) ?? { sum: 0, buckets: BOUNDS.map(() => 0) };
  durations.set(timed, duration);
  duration.sum += seconds;
  BOUNDS.forEach((bound, place) => { duration.buckets[place] += seconds <= bound ? 1 : 0; });
}

function exposition() {
  const lines = [
    "# HELP http_requests_total Requests answered.",
    "# TYPE http_requests_total counter",
  ];
  for (const [labels, count] of counts) lines.push(`http_requests_total{${labels}} ${count}`);
  const name = "http_request_duration_seconds";
  lines.push(`# HELP ${name} Duration of requests.`, `# TYPE ${name} histogram`);
  for (const [labels, { sum, buckets }] of durations) {
    BOUNDS.forEach((bound, place) => {
      const le = bound === Infinity ? "+Inf" : bound;
      lines.push(`${name}_bucket{${labels},le="${le}"} ${buckets[place]}`);
    });
    lines.push(`${name}_sum{${labels}} ${sum}`, `${name}_count{${labels}} ${buckets.at(-1)}`);
  }
  return lines.join("\n") + "\n";
}

function answer(response, status, type, body) {
  response.writeHead(status, { "Content-Type": type, "Content-Length": Buffer.byteLength(body) });
  response.end(body);
}

http.createServer(async (request, response) => {
  const started = process.hrtime.bigint();
  const path = request.url.split("?")[0];
  if (path === "/metrics") {
    return answer(response, 200, "text/plain; version=0.0.4; charset=utf-8", exposition());
  }
  if (path === "/healthz") return answer(response, 200, "application/json", '{"ok":true}');
  const route = ROUTES.find(({ pattern }) => pattern.test(path));
  let status, document;
  try {
    [status, document] = await dispatch(route, request);
  } catch (error) {
    console.error(`${request.method} ${path}: ${error.message}`);
    [status, document] = [500, { error: "Internal Server Error" }];
  }
  // Node's parser refuses methods that it does not know, so there are few of them.
  const seconds = Number(process.hrtime.bigint() - started) / 1e9;
  record(request.method, route?.name ?? "unmatched", status, seconds);
  answer(response, status, "application/json", JSON.stringify(document));
}).listen(Number(process.env.PORT ?? 8000), "127.0.0.1");

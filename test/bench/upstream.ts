// A process of its own in Vonage's place: answers at once with an empty 200 and counts what it was sent.

import { createServer } from "node:http";

let requests = 0;
let reports = 0;
const server = createServer((request, response) => {
  if (request.url === "/count") {
    response.end(JSON.stringify({ requests, reports }));
    return;
  }
  requests++;
  let body = "";
  request.on("data", (chunk) => {
    body += chunk;
  });
  request.on("end", () => {
    if (request.headers.authorization?.startsWith("Basic ") && body.includes("message-id=")) reports++;
    response.end();
  });
});
server.keepAliveTimeout = 60_000;
server.listen(0, "127.0.0.1", () => process.send?.((server.address() as { port: number }).port));

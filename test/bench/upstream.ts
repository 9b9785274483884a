// A process of its own in Vonage's place: answers at once with an empty 200 and counts.

import { createServer } from "node:http";

let requests = 0;
const server = createServer((request, response) => {
  if (request.url === "/count") {
    response.end(String(requests));
    return;
  }
  requests++;
  request.resume().once("end", () => response.end());
});
server.keepAliveTimeout = 60_000;
server.listen(0, "127.0.0.1", () => process.send?.((server.address() as { port: number }).port));

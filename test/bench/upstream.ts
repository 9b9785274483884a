// A process that stands in for Vonage. It answers at once, texts with an id and everything else with an empty 200, and
// counts requests.

import { createServer } from "node:http";

let requests = 0;
const server = createServer((request, response) => {
  if (request.url === "/count") {
    response.end(String(requests));
    return;
  }
  requests++;
  const id = requests.toString(16).toUpperCase().padStart(16, "0");
  const sent = `{"message-count":"1","messages":[{"status":"0","message-id":"${id}"}]}`;
  request.resume().once("end", () => response.end(request.url === "/sms/json" ? sent : undefined));
});
server.keepAliveTimeout = 60_000;
server.listen(0, "127.0.0.1", () => process.send?.((server.address() as { port: number }).port));

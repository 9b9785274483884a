import { createServer } from "node:net";
import { afterEach, expect, it } from "vitest";
import { findFreePort } from "../../support/free-port.ts";
import { launchStart, type Started, type StartPorts } from "../../support/npm-start.ts";

const running: Started[] = [];
afterEach(() => {
  for (const one of running.splice(0)) one.kill();
});

it("npm start serves Worker and sandbox, shows a sample report, and curl lines that work, until Ctrl-C", {
  timeout: 60_000,
}, async () => {
  const [port, sandboxPort] = [await findFreePort(), await findFreePort()];
  const start = launch({ port, sandboxPort });
  const output = await start.serving;
  expect(output).toContain(`http://localhost:${port}`);
  expect(output).toMatch(/to the sandbox: recorded\.\s+The sandbox recorded:\s+\{\s+"channel": "sms"/);

  const [, url = "", user, key] =
    /curl -i (\S+) -u (\S+):(\S+) -d message-id=\S+ -d delivered=true/.exec(output) ?? [];
  const authorization = `Basic ${btoa(`${user}:${key}`)}`;
  const body = new URLSearchParams({ "message-id": "by-curl", delivered: "true" });
  expect((await fetch(url, { method: "POST", headers: { authorization }, body })).status).toBe(200);
  const reports = await (await fetch(`http://localhost:${sandboxPort}/sandbox/reports`)).json();
  expect(reports).toMatchObject({ reports: [{ delivered: true }, { messageId: "by-curl" }] });

  await sendCodeByCurl(output);
  await lookAtPage(output);
  await demonstrate(`http://localhost:${sandboxPort}/app/demonstration`);

  start.interrupt();
  expect(await start.ended).toBe(0);
  await expect(fetch(`http://localhost:${port}/health`)).rejects.toThrow();
});

it.each([
  ["port", "--port"],
  ["sandboxPort", "--sandbox-port"],
])("npm start gives advice when the port of %s is in use", async (name, option) => {
  const busy = await findFreePort();
  const blocker = createServer().listen(busy, "127.0.0.1");
  await new Promise((resolve) => blocker.once("listening", resolve));
  const free = { port: await findFreePort(), sandboxPort: await findFreePort() };
  const start = launch({ ...free, [name]: busy });
  expect(await start.ended).toBe(1);
  expect(start.output()).toMatch(new RegExp(`Port ${busy} is in use.*: ${option} \\d+$`, "m"));
  blocker.close();
});

/** Sign-ins go on after the answer to the request that starts them, until they are stopped. */
async function demonstrate(url: string): Promise<void> {
  const post = (path: string, body: object) =>
    fetch(url + path, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
  expect((await post("/start", { perSecond: 4, lasts: 60 })).status).toBe(200);
  const look = async () => (await (await fetch(url)).json()) as { signedIn: number; isRunning: boolean };
  await expect
    .poll(async () => (await look()).signedIn, { timeout: 30_000, interval: 500 })
    .toBeGreaterThan(1);
  await post("/stop", {});
  expect((await look()).isRunning).toBe(false);
}

/** As the printed lines do it: a code is sent, read on the handset, and checked. */
async function sendCodeByCurl(output: string): Promise<void> {
  const [, url = "", authorization = "", form] =
    /curl -i (\S+\/2fa) -H 'authorization: ([^']+)' -d (to=\S+ -d channel=sms)/.exec(output) ?? [];
  const post = (path: string, fields: string) => {
    const headers = { authorization, "content-type": "application/x-www-form-urlencoded" };
    return fetch(url + path, { method: "POST", headers, body: fields });
  };
  const started = await post("", form?.replaceAll(" -d ", "&") ?? "");
  expect(started.status).toBe(201);
  const { id } = (await started.json()) as { id: string };
  const handset = /curl (\S+\/sandbox\/handset\?number=\d+)/.exec(output)?.[1] ?? "";
  const readCode = async () => {
    const { messages } = (await (await fetch(handset)).json()) as { messages: { text: string }[] };
    return /^\d{6}/.exec(messages[0]?.text ?? "")?.[0];
  };
  await expect.poll(readCode, { timeout: 5000 }).toBeDefined();
  const code = await readCode();
  expect(await (await post(`/${id}/check`, `code=${code}`)).json()).toEqual({ verified: true });
}

async function lookAtPage(output: string): Promise<void> {
  const url = /Open the page: (\S+)/.exec(output)?.[1] ?? "";
  const page = await fetch(url);
  expect(page.headers.get("content-type")).toBe("text/html; charset=utf-8");
  const html = await page.text();
  const links = [...html.matchAll(/(?:src|href)="(\/[^"]+)"/g)].map(([, path = ""]) => path);
  expect(links).toEqual(["/page.css", "/page.js"]);
  for (const path of links) {
    const file = await fetch(new URL(path, url));
    expect(file.status).toBe(200);
    expect(file.headers.get("x-content-type-options")).toBe("nosniff");
    expect((await file.text()).length).toBeGreaterThan(1000);
  }
}

function launch(ports: StartPorts): Started {
  const start = launchStart(ports);
  running.push(start);
  return start;
}

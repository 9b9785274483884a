import { type ChildProcess, spawn } from "node:child_process";
import { createServer } from "node:net";
import { afterEach, expect, it } from "vitest";

const running: ChildProcess[] = [];
afterEach(() => {
  for (const child of running.splice(0)) child.kill("SIGKILL");
});

it("npm start serves Worker and sandbox, shows a sample report, and a curl line that works, until Ctrl-C", async () => {
  const [port, sandboxPort] = [await freePort(), await freePort()];
  const start = launch({ PORT: String(port), SANDBOX_PORT: String(sandboxPort) });
  const output = await start.until("Serving until Ctrl-C");
  expect(output).toContain(`http://localhost:${port}`);
  expect(output).toMatch(/to the sandbox: recorded\.\s+The sandbox recorded:\s+\{\s+"channel": "sms"/);

  const [, url = "", user, key] =
    /curl -i (\S+) -u (\S+):(\S+) -d message-id=\S+ -d delivered=true/.exec(output) ?? [];
  const authorization = `Basic ${btoa(`${user}:${key}`)}`;
  const body = new URLSearchParams({ "message-id": "by-curl", delivered: "true" });
  expect((await fetch(url, { method: "POST", headers: { authorization }, body })).status).toBe(200);
  const reports = await (await fetch(`http://localhost:${sandboxPort}/sandbox/reports`)).json();
  expect(reports).toMatchObject({ reports: [{ delivered: true }, { messageId: "by-curl" }] });

  start.child.kill("SIGINT");
  expect(await start.ended).toBe(0);
  await expect(fetch(`http://localhost:${port}/health`)).rejects.toThrow();
});

it.each(["PORT", "SANDBOX_PORT"])("npm start says what to do about a busy %s", async (name) => {
  const blocker = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => blocker.once("listening", resolve));
  const busy = portOf(blocker);
  const free = { PORT: String(await freePort()), SANDBOX_PORT: String(await freePort()) };
  const start = launch({ ...free, [name]: String(busy) });
  expect(await start.ended).toBe(1);
  expect(start.output()).toMatch(new RegExp(`Port ${busy} is in use.*${name}=\\d+ npm start`));
  blocker.close();
});

function launch(env: Record<string, string>) {
  const child = spawn(process.execPath, ["adapters/sandbox/start.ts"], { env: { ...process.env, ...env } });
  running.push(child);
  let text = "";
  const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
  const until = (mark: string) =>
    new Promise<string>((resolve, reject) => {
      const take = (chunk: Buffer) => {
        text += chunk;
        if (text.includes(mark)) resolve(text);
      };
      child.stdout?.on("data", take);
      child.stderr?.on("data", take);
      child.once("close", () => reject(new Error(`ended before "${mark}":\n${text}`)));
    });
  const reached = until("Serving until Ctrl-C");
  reached.catch(() => {});
  return { child, ended, output: () => text, until: (_: string) => reached };
}

const portOf = (server: ReturnType<typeof createServer>) => (server.address() as { port: number }).port;

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const port = portOf(server);
      server.close(() => resolve(port));
    });
  });
}

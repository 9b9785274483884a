// The page's side of `npm start` without a browser: the demo application's backend, the page's files, its sentences.

import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { beforeEach, describe, expect, it } from "vitest";
import { type ApplicationAnswer, createApplication } from "../../../adapters/playground/application.ts";
import { bundlePage } from "../../../adapters/playground/bundle-page.ts";
import { createDemo, type LiveState } from "../../../adapters/playground/demo.ts";
import { fromApplication, fromVonage } from "../../../adapters/playground/page/events.ts";
import { findCode } from "../../../adapters/playground/page/messages.ts";
import { servePage } from "../../../adapters/playground/page-files.ts";
import { bundleWorker } from "../../../adapters/playground/workerd.ts";
import { createSandbox, type Sandbox } from "../../../src/sandbox/index.ts";

const HERE = "http://localhost:8788";
const KEY = "proxy-key-of-the-application-0123456789";
const STATUS = { id: "1.abcdefghijklmnopqrstuv", to: "+447400123456", channel: "sms", attemptsLeft: 5 };

let now: number;
/** The Worker's requests so far, and its next answers. */
let asked: { method: string; path: string; authorization: string | null; body: unknown }[];
let answers: (Response | Promise<Response> | Error)[];
let sandbox: Sandbox;
let demo: (request: Request) => Promise<Response>;

beforeEach(() => {
  now = Date.parse("2026-11-24T12:00:00Z");
  asked = [];
  answers = [];
  sandbox = createSandbox();
  const worker: typeof fetch = async (input) => {
    const request = input as Request;
    const text = await request.text();
    asked.push({
      method: request.method,
      path: request.url.slice("http://127.0.0.1:8787".length),
      authorization: request.headers.get("authorization"),
      body: text === "" ? undefined : JSON.parse(text),
    });
    // Without an answer, a request that waits for the end of a challenge goes on waiting.
    if (answers.length === 0 && new URL(request.url).search !== "") return new Promise(() => {});
    const answer = answers.shift() ?? new Error("nothing was to be asked");
    if (answer instanceof Error) throw answer;
    return answer;
  };
  const options = {
    endpoint: "http://127.0.0.1:8787",
    key: KEY,
    cooldown: 10,
    fetch: worker,
    now: () => now,
  };
  demo = createDemo(sandbox, createApplication(options));
});

const started = (more: object = {}) =>
  Response.json({ ...STATUS, expiresAt: new Date(now + 180_000).toISOString(), ...more }, { status: 201 });
const problem = (name: string, status: number, more: object = {}) =>
  Response.json(
    { type: `urn:problem:vonage-conversion:${name}`, title: "The code is wrong", status, ...more },
    { status },
  );

async function post(path: string, body: object, headers: Record<string, string> = {}) {
  const init = { method: "POST", headers: { "content-type": "application/json", ...headers } };
  const response = await demo(new Request(HERE + path, { ...init, body: JSON.stringify(body) }));
  const cookie = response.headers.get("set-cookie") ?? undefined;
  return { status: response.status, cookie, answer: (await response.json()) as ApplicationAnswer };
}

async function look(cookie = "", query = ""): Promise<LiveState> {
  return (await demo(new Request(`${HERE}/app/state${query}`, { headers: { cookie } }))).json();
}

/** Starts a challenge; resolves to the browser's cookie. */
async function begin(): Promise<{ cookie: string }> {
  answers.push(started());
  const { cookie = "" } = await post("/app/start", { number: "+447400123456", channel: "sms" });
  return { cookie: cookie.split(";", 1).join() };
}

describe("the demo application", () => {
  it("asks the Worker with its own key, and tells the browser neither key nor id", async () => {
    answers.push(started());
    const { status, cookie, answer } = await post("/app/start", {
      number: "+447400123456",
      channel: "sms",
      locale: "de",
    });
    expect(status).toBe(200);
    expect(asked).toEqual([
      {
        method: "POST",
        path: "/2fa",
        authorization: `Bearer ${KEY}`,
        body: { to: "+447400123456", defaultCountry: "GB", channel: "sms", locale: "de" },
      },
    ]);
    expect(answer).toEqual({
      challenge: {
        number: "447400123456",
        channel: "sms",
        state: "pending",
        attemptsLeft: 5,
        expiresIn: 180_000,
        resendIn: 10_000,
      },
    });
    expect(cookie).toMatch(/^sandbox-application=[\w-]{36}; Path=\/app; HttpOnly; SameSite=Strict$/);
    const state = JSON.stringify(await look(cookie?.split(";", 1).join()));
    expect(state).toContain("+447400123456");
    expect(state).not.toContain(KEY);
  });

  it("sends what was typed, and shows the number that the Worker made of it", async () => {
    answers.push(started());
    const { answer } = await post("/app/start", { number: "(07400) 123 456", channel: "sms" });
    expect(asked[0]?.body).toMatchObject({ to: "(07400) 123 456", defaultCountry: "GB" });
    expect(answer.challenge).toMatchObject({ number: "447400123456" });
  });

  it("checks, resends and cancels the challenge of the browser's own session", async () => {
    const headers = await begin();
    answers.push(problem("code-wrong", 422, { attemptsLeft: 4 }));
    expect((await post("/app/check", { code: "123456" }, headers)).answer).toMatchObject({
      reason: "wrong",
      challenge: { state: "pending", attemptsLeft: 4 },
    });
    now += 11_000;
    answers.push(started({ channel: "voice" }));
    const resent = await post("/app/resend", { channel: "voice" }, headers);
    expect(resent.answer.challenge).toMatchObject({ channel: "voice", resendIn: 10_000 });
    answers.push(new Response(null, { status: 204 }));
    expect((await post("/app/cancel", {}, headers)).answer).toEqual({ challenge: null });
    expect(asked.slice(1).map(({ method, path }) => `${method} ${path}`)).toEqual([
      `POST /2fa/${STATUS.id}/check`,
      `POST /2fa/${STATUS.id}/resend`,
      `DELETE /2fa/${STATUS.id}`,
    ]);
    expect(await post("/app/check", { code: "123456" })).toMatchObject({
      status: 400,
      answer: { error: "no_challenge", challenge: null },
    });
  });

  describe("a pending challenge", () => {
    const details = (state: string) =>
      Response.json({ ...STATUS, state, expiresAt: new Date(now + 1000).toISOString(), messages: [] });
    const gets = () => asked.filter(({ method }) => method === "GET").map(({ path }) => path);
    const waiting = `/2fa/${STATUS.id}?wait=20`;

    it("is asked for once, and the Worker answers when it has ended", async () => {
      const { cookie } = await begin();
      answers.push(details("verified"));
      expect((await look(cookie)).challenge?.state).toBe("pending");
      await expect.poll(async () => (await look(cookie)).challenge?.state).toBe("verified");
      expect(gets()).toEqual([waiting]);
      const { application } = await look(cookie);
      expect(application.map(({ method, status }) => [method, status])).toEqual([
        ["POST", 201],
        ["GET", 200],
      ]);
    });

    it("is not asked for again while the Worker waits, however often the page looks", async () => {
      const { cookie } = await begin();
      for (let looks = 0; looks < 5; looks++) await look(cookie);
      expect(gets()).toEqual([waiting]);
    });

    it("is asked for again after an answer without news, which is not noted", async () => {
      const { cookie } = await begin();
      answers.push(details("pending"));
      await look(cookie);
      await expect.poll(async () => (await look(cookie)) && gets().length).toBe(2);
      expect((await look(cookie)).application.length).toBe(1);
    });

    it("is asked for again when the runtime has dropped the request", async () => {
      const { cookie } = await begin();
      await look(cookie);
      now += 40_001;
      await look(cookie);
      expect(gets()).toEqual([waiting, waiting]);
    });

    it("is not asked for while a code is checked, and what the check told is no news", async () => {
      const headers = await begin();
      let end: (response: Response) => void = () => {};
      answers.push(new Promise<Response>((resolve) => (end = resolve)));
      const checked = post("/app/check", { code: "123456" }, headers);
      await expect.poll(() => asked.at(-1)?.path).toBe(`/2fa/${STATUS.id}/check`);
      await look(headers.cookie);
      expect(gets()).toEqual([]);
      end(problem("code-wrong", 422, { attemptsLeft: 4 }));
      await checked;
      await look(headers.cookie);
      expect(gets()).toEqual([waiting]);

      now += 40_001;
      answers.push(new Promise<Response>((resolve) => (end = resolve)));
      await look(headers.cookie);
      answers.push(Response.json({ verified: true }));
      await post("/app/check", { code: "234567" }, headers);
      end(details("verified"));
      await new Promise((resolve) => setTimeout(resolve));
      const { application, challenge } = await look(headers.cookie);
      expect(challenge).toMatchObject({ state: "verified", attemptsLeft: 4 });
      expect(application.map(({ status }) => status)).toEqual([201, 422, 200]);
    });

    it("shows that the Worker does not answer, asks again after a second, and then without waiting", async () => {
      const { cookie } = await begin();
      answers.push(problem("unauthenticated", 401));
      await look(cookie);
      await expect.poll(async () => (await look(cookie)).error).toBe("unauthorized");
      expect(gets().length).toBe(1);
      now += 1000;
      answers.push(details("pending"));
      await look(cookie);
      await expect.poll(async () => (await look(cookie)).error).toBeUndefined();
      expect(gets().slice(0, 2)).toEqual([waiting, `/2fa/${STATUS.id}`]);
    });
  });

  it("reports a Worker that does not answer, and keeps a challenge that may have been started", async () => {
    answers.push(new TypeError("refused"));
    expect(await post("/app/start", { number: "+447400123456", channel: "sms" })).toMatchObject({
      status: 502,
      answer: { error: "network", challenge: null },
    });
    const { to: _, ...challenge } = { ...STATUS, expiresAt: new Date(now + 180_000).toISOString() };
    answers.push(problem("send-uncertain", 504, challenge));
    answers.push(Response.json({ ...challenge, to: STATUS.to, state: "pending" }));
    expect(await post("/app/start", { number: "+447400123456", channel: "sms" })).toMatchObject({
      status: 504,
      answer: { error: "send_uncertain", challenge: { number: "447400123456", attemptsLeft: 5 } },
    });
    // After a broken connection the client asks /health whether it may repeat the call.
    expect((await look()).application.map(({ status }) => status)).toEqual([0, 0, 504]);
  });

  it.each([
    ["a form", { "content-type": "application/x-www-form-urlencoded" }, 415],
    ["another origin", { origin: "http://localhost:3000" }, 403],
    ["no origin at all", { origin: "null" }, 403],
  ])("lets no page of elsewhere drive it: %s", async (_, headers, status) => {
    expect((await post("/app/start", { number: "+447400123456", channel: "sms" }, headers)).status).toBe(
      status,
    );
    expect(asked).toEqual([]);
  });

  it("accepts requests of its own page, and refuses broken and oversized bodies", async () => {
    answers.push(started());
    const own = await post("/app/start", { number: "+447400123456", channel: "sms" }, { origin: HERE });
    expect(own.status).toBe(200);
    expect((await post("/app/start", { number: "x".repeat(9000) })).status).toBe(413);
    expect((await post("/app/start", { channel: "fax" })).answer.detail).toMatch(/^number .*; channel /);
    expect((await post("/app/other", {})).status).toBe(404);
  });

  it("forgets the oldest of many sessions", async () => {
    const { cookie } = await begin();
    for (let others = 0; others < 100; others++) await begin();
    expect((await look(cookie)).challenge).toBeNull();
  });
});

describe("the state for the page", () => {
  it("has the handset of the typed number, the switches, and new exchanges", async () => {
    expect((await post("/app/switches", { carriers: "lie" })).status).toBe(200);
    await begin();
    const state = await look("", "?number=%2B447400123456&application=0");
    expect(state).toMatchObject({
      handset: { number: "447400123456", messages: [] },
      switches: { carriers: "lie", reports: "at-once" },
    });
    expect(state.application.map(({ seq }) => seq)).toEqual([1]);
    expect((await look("", "?application=1")).application).toEqual([]);
    expect((await look("", "?number=12")).handset.number).toBeNull();
  });

  it("starts afresh when the sandbox is reset", async () => {
    const { cookie } = await begin();
    const before = await look(cookie);
    await post("/sandbox/reset", {});
    const after = await look(cookie);
    expect(after.life).not.toBe(before.life);
    expect(after).toMatchObject({ challenge: null, application: [], vonage: [] });
    expect(after.switches).toEqual({ carriers: "as-shown", reports: "at-once" });
  });
});

describe("the page's files", () => {
  const files = bundlePage("adapters/playground/page");

  it("come with a policy that lets nothing in from elsewhere, and nothing inline", () => {
    for (const path of ["/", "/page.css", "/page.js"]) {
      const { headers } = servePage(new Request(HERE + path), files) ?? new Response();
      const policy = headers.get("content-security-policy") ?? "";
      expect(policy).toContain(
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
      );
      expect(policy).not.toContain("unsafe");
      expect(headers.get("x-content-type-options")).toBe("nosniff");
      expect(headers.get("referrer-policy")).toBe("no-referrer");
      expect(headers.get("cache-control")).toBe("no-store");
    }
    expect(files.PAGE_HTML).not.toMatch(/<style|style=|\son\w+=|<script(?![^>]* src=)/);
    expect(Object.values(files).join("\n")).not.toMatch(/https?:\/\/|innerHTML|insertAdjacentHTML/);
  });

  it("are missing if they were not passed in", () => {
    expect(servePage(new Request(`${HERE}/`), {})).toBeUndefined();
    expect(servePage(new Request(`${HERE}/`, { method: "POST" }), files)).toBeUndefined();
    expect(servePage(new Request(`${HERE}/sms/json`), files)).toBeUndefined();
  });

  // "Two-factor sandbox" is the page's heading, and the cookie's name stands in its backend.
  const OF_THE_PAGE = /Two-factor sandbox|sandbox-application|PAGE_HTML/;

  it("ship with the sandbox alone, and are not in the production Worker", () => {
    expect(Object.values(files).join("\n")).toMatch(OF_THE_PAGE);
    expect(bundleWorker("adapters/playground/index.ts")).toMatch(OF_THE_PAGE);
    expect(bundleWorker("adapters/cloudflare/index.ts")).not.toMatch(OF_THE_PAGE);
    if (!existsSync("dist/index.mjs")) throw new Error("There is no dist/. Run `npm run build` first.");
    const shipped = JSON.parse(
      execFileSync("npm", ["pack", "--dry-run", "--json", "--ignore-scripts"], {
        encoding: "utf8",
        stdio: "pipe",
      }),
    )[0].files.map(({ path }: { readonly path: string }) => path) as string[];
    expect(shipped.length).toBeGreaterThan(10);
    const guilty = shipped.filter(
      (path) => path !== "README.md" && OF_THE_PAGE.test(readFileSync(path, "utf8")),
    );
    // The command line names the page's files.
    const isOurs = (path: string) => /^dist\/(page\/|workers\/sandbox\.js$|(shared|chunks)\/)/.test(path);
    expect(guilty.filter((path) => !isOurs(path))).toEqual([]);
    expect(guilty).toEqual(expect.arrayContaining(["dist/page/index.html", "dist/workers/sandbox.js"]));
  });
});

describe("the timeline's sentences", () => {
  const vonage = (path: string, more: object = {}) =>
    fromVonage({
      seq: 1,
      at: "2026-11-24T12:00:00.000Z",
      from: "client",
      method: "POST",
      path,
      status: 200,
      parameters: { "message-id": "0A1", delivered: "false" },
      ...more,
    });

  it.each([
    ["/conversions/sms", {}, "Conversion API recorded: delivered=false for 0A1", false],
    [
      "/conversions/sms",
      { status: 503, note: "a fault" },
      "reports delivered=false for 0A1 (a fault)",
      undefined,
    ],
    ["/conversions/voice", { status: 402 }, "reports delivered=false for 0A1 (answered 402)", undefined],
    [
      "/conversions/sms",
      { status: 0, note: "a fault; the request took effect" },
      "Conversion API recorded: delivered=false for 0A1 (no answer)",
      false,
    ],
    ["/sms/json", { note: "status 0: one message" }, "sends the text", undefined],
    ["/sms/json", { carrier: "Direct" }, "sends the text over Direct", undefined],
    [
      "/sms/json",
      { note: "status 5: Internal error" },
      "sends the text (status 5: Internal error)",
      undefined,
    ],
    ["/v1/calls", { status: 201 }, "places the call", undefined],
    [
      "/webhooks/inbound-sms",
      { from: "vonage", status: 401, parameters: { text: "123456" } },
      "the user replied: 123456 (answered 401)",
      undefined,
    ],
  ])("describe the exchange at %s (%o)", (path, more, sentence, recorded) => {
    const event = vonage(path, more);
    expect(event.sentence).toBe(sentence);
    expect(event.recorded).toBe(recorded);
  });

  it("describe the application's request, and why it failed", () => {
    const told = (method: string, path: string, status: number, request: unknown, answer: unknown) =>
      fromApplication({ seq: 1, at: "", method, path, status, duration: 3, request, answer }).sentence;
    expect(told("POST", "/2fa", 201, { channel: "voice" }, {})).toBe("asks for a code by call");
    expect(told("POST", "/2fa", 0, { channel: "sms" }, undefined)).toBe("asks for a code by text: no answer");
    expect(told("POST", "/2fa/x/check", 422, {}, { title: "The code is wrong", attemptsLeft: 4 })).toBe(
      "checks a code: the code is wrong; attempts left: 4",
    );
    expect(told("DELETE", "/2fa/x", 204, undefined, undefined)).toBe("cancels");
  });

  it.each([
    ["036205 is your Acme code. It expires in 3 min.", "036205"],
    ["Your Acme code is: 1, 2, 3, 4, 5, 6. It is valid for 3 minutes.", "123456"],
    ["123456 はAcmeの確認コードです。有効期限は3分です。", "123456"],
    ["Acmeの確認コードは、1, 2, 3, 4, 5, 6、です。有効期限は3分です。", "123456"],
    ["It expires in 3 min.", undefined],
  ])("the code is found in %s", (text, code) => {
    expect(findCode(text)).toBe(code);
  });
});

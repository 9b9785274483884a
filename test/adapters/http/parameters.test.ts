// The handler reads parameters of requests, and refuses those that it cannot take.

import { describe, expect, it, vi } from "vitest";
import {
  BY_SHOP,
  createProxy,
  FORM,
  formOf,
  MESSAGE_ID,
  post,
  postJson,
  problemOf,
  REPORT,
  readJson,
} from "../../support/proxy.ts";

const wire = (date: Date) => date.toISOString().slice(0, 19).replace("T", " ");

const report = new URLSearchParams(REPORT).toString();

describe("bodies", () => {
  const multipart = new FormData();
  multipart.set("message-id", MESSAGE_ID);

  it.each<[string, BodyInit, Record<string, string>]>([
    ["text/plain", report, { "content-type": "text/plain" }],
    ["no content type at all", new Blob([report]), {}],
    ["multipart", multipart, {}],
    ["XML", "<a/>", { "content-type": "application/xml" }],
    ["JSON by another name", JSON.stringify(REPORT), { "content-type": "text/json" }],
    ["a compressed form", report, { "content-type": FORM, "content-encoding": "gzip" }],
    ["a compressed form in capitals", report, { "content-type": FORM, "content-encoding": "GZIP" }],
  ])("%s is answered 415", async (_, body, headers) => {
    const { handle, sent } = createProxy();
    const response = await handle(post(body, { ...BY_SHOP, ...headers }));
    expect(response.status).toBe(415);
    expect(await problemOf(response)).toBe("unsupported-media-type");
    expect(sent).toEqual([]);
  });

  it.each([FORM, `${FORM}; charset=utf-8`, "Application/X-WWW-Form-URLEncoded ;charset=UTF-8"])(
    "%s is a form",
    async (type) => {
      const { handle, sandbox } = createProxy();
      expect((await handle(post(`${report}&`, { ...BY_SHOP, "content-type": type }))).status).toBe(200);
      expect(sandbox.reports()).toHaveLength(1);
    },
  );

  it.each(["identity", "Identity", "IDENTITY"])(
    "a form that is encoded as %s is a form",
    async (encoding) => {
      const { handle, sandbox } = createProxy();
      const headers = { ...BY_SHOP, "content-type": FORM, "content-encoding": encoding };
      expect((await handle(post(report, headers))).status).toBe(200);
      expect(sandbox.reports()).toHaveLength(1);
    },
  );

  it("an empty body needs no content type, and any type is ignored", async () => {
    const { handle, sandbox } = createProxy();
    for (const type of [undefined, "text/plain", FORM, "application/json"]) {
      const headers = type === undefined ? BY_SHOP : { ...BY_SHOP, "content-type": type };
      expect((await handle(post(type ? "" : null, headers, `/conversions/sms?${report}`))).status).toBe(200);
    }
    expect(sandbox.reports()).toHaveLength(4);
  });

  // The padding is an unknown parameter: a body that is short enough gets as far as being refused for that.
  const padded = (bytes: number) => `pad=${"x".repeat(bytes - 4)}`;
  const stream = (text: string) => new Blob([text]).stream();
  it.each<[string, (bytes: number) => BodyInit, (bytes: number) => Record<string, string>]>([
    ["with a content-length", padded, (bytes) => ({ "content-length": String(bytes) })],
    ["without a content-length", padded, () => ({})],
    ["as a stream", (bytes) => stream(padded(bytes)), () => ({})],
  ])("8192 bytes are read, 8193 are answered 413: %s", async (_, body, headers) => {
    const { handle, sent } = createProxy();
    const send = (bytes: number) =>
      handle(post(body(bytes), { ...BY_SHOP, "content-type": FORM, ...headers(bytes) }));
    expect((await send(8192)).status).toBe(400);
    const response = await send(8193);
    expect(response.status).toBe(413);
    expect(await problemOf(response)).toBe("body-too-large");
    expect(sent).toEqual([]);
  });

  it("8 KiB are counted in bytes, not in characters", async () => {
    const { handle } = createProxy();
    const response = await handle(post(`pad=${"ü".repeat(4095)}`, { ...BY_SHOP, "content-type": FORM }));
    expect(response.status).toBe(413);
  });

  /** A body without end, and what was read of it. */
  const endless = () => {
    const cancel = vi.fn();
    const seen = { bytes: 0, cancel };
    const pull = (controller: ReadableStreamDefaultController<Uint8Array>) => {
      seen.bytes += 1024;
      controller.enqueue(new Uint8Array(1024).fill(97));
    };
    return { seen, body: new ReadableStream<Uint8Array>({ pull, cancel }, { highWaterMark: 0 }) };
  };

  it.each([undefined, "0", "5", "", "-1", "1024", "8192", "nonsense"])(
    "the rest of an endless body is not read, but cancelled, where it declares its length as %j",
    async (length) => {
      const { body, seen } = endless();
      const declared = length === undefined ? {} : { "content-length": length };
      const response = await createProxy().handle(
        post(body, { ...BY_SHOP, "content-type": FORM, ...declared }),
      );
      expect(response.status).toBe(413);
      expect(seen.bytes).toBe(9 * 1024);
      expect(seen.cancel).toHaveBeenCalledOnce();
    },
  );

  it.each(["8193", "1000000000"])(
    "a body that declares %s bytes is answered 413 unread, even if it never comes",
    async (length) => {
      const headers = { ...BY_SHOP, "content-type": FORM, "content-length": length };
      const { body, seen } = endless();
      for (const given of [body, new ReadableStream<Uint8Array>()]) {
        const response = await createProxy().handle(post(given, headers));
        expect(response.status).toBe(413);
        expect(await problemOf(response)).toBe("body-too-large");
      }
      expect(seen.bytes).toBe(0);
    },
  );

  it("a body is not over where its content-length says so: what follows counts", async () => {
    const { handle, sent } = createProxy();
    const pieces = [report, "&delivered=false"].map((piece) => new TextEncoder().encode(piece));
    const body = new ReadableStream<Uint8Array>({
      pull: (controller) => {
        const piece = pieces.shift();
        if (piece) controller.enqueue(piece);
        else controller.close();
      },
    });
    const headers = { ...BY_SHOP, "content-type": FORM, "content-length": String(report.length) };
    expect((await handle(post(body, headers))).status).toBe(400);
    expect(sent).toEqual([]);
  });

  it.each(["0", "5", "", "-1"])(
    "a body counts as it comes, and not as its content-length of %j has it",
    async (length) => {
      const { handle, sandbox } = createProxy();
      const headers = { ...BY_SHOP, "content-type": FORM, "content-length": length };
      expect((await handle(post(stream(report), headers))).status).toBe(200);
      // A "0" hides neither a second message id nor a body of another type.
      const query = `/conversions/sms?${report}`;
      expect((await handle(post(stream("message-id=another"), headers, query))).status).toBe(400);
      const plain = { ...headers, "content-type": "text/plain" };
      expect((await handle(post(stream("message-id=another"), plain, query))).status).toBe(415);
      expect(sandbox.reports().map(({ messageId }) => messageId)).toEqual([MESSAGE_ID]);
    },
  );

  it.each<[string, BodyInit]>([
    ["is not UTF-8", new Uint8Array([0x61, 0x3d, 0xff])],
    ["ends within a character", new Uint8Array([0x61, 0x3d, 0xc3])],
    [
      "breaks off",
      new ReadableStream({
        start: (controller) => controller.error(new Error("broken on purpose")),
      }),
    ],
  ])("a body that %s is malformed: 400", async (_, body) => {
    const { handle, sent } = createProxy();
    const response = await handle(post(body, { ...BY_SHOP, "content-type": FORM }));
    expect(response.status).toBe(400);
    expect(await problemOf(response)).toBe("malformed-body");
    expect(sent).toEqual([]);
  });
});

describe("a body that is declared JSON", () => {
  const json = (body: string, path: string, init: object = {}) =>
    new Request(`https://worker.example${path}`, {
      method: "POST",
      headers: { ...BY_SHOP, "content-type": "application/json" },
      body,
      ...init,
    });

  it.each([
    ["{nope", "the body is not JSON"],
    ["{", "the body is not JSON"],
    ['{"message-id":"a","delivered":true', "the body is not JSON"],
    ["message-id=a&delivered=true", "the body is not JSON"],
    ['{"a":1} {"b":2}', "the body is not JSON"],
    ["[{}]", "the JSON body must be one object"],
    ["null", "the JSON body must be one object"],
    ['"a"', "the JSON body must be one object"],
  ])(
    "and is not one object is malformed, and nothing is said of what it may hold: %s",
    async (body, detail) => {
      const { handle, sent } = createProxy();
      for (const path of ["/conversions/sms", "/conversions/voice?message-id=a&delivered=true"]) {
        const response = await handle(json(body, path));
        const answered = await response.json();
        expect([response.status, answered.type]).toEqual([
          400,
          "urn:problem:vonage-conversion:malformed-body",
        ]);
        expect(answered.errors).toEqual([{ parameter: "", detail }]);
      }
      expect(sent).toEqual([]);
    },
  );

  it("and comes as PHP sends it, after parameters in the query, is ignored", async () => {
    const { handle } = createProxy();
    expect((await handle(json("[]", `/conversions/sms?${report}`))).status).toBe(200);
  });
});

describe("a body that was read before the handler got the request", () => {
  const read: [string, (request: Request) => Promise<unknown>][] = [
    ["as text", (request) => request.text()],
    ["as a form", (request) => request.formData()],
    ["in part", async (request) => request.body?.getReader().read()],
    ["by a reader that still holds it", async (request) => void request.body?.getReader()],
  ];

  it.each(read)("%s is our own side's fault, and the log says what to do", async (_, take) => {
    for (const lengthHolds of [false, true]) {
      const { handle, sent, log } = createProxy();
      const request = post(report, {
        ...BY_SHOP,
        "content-type": FORM,
        "content-length": String(report.length),
      });
      await take(request);
      const response = await handle(request, { lengthHolds });
      const answered = await response.json();
      expect([response.status, answered.type]).toEqual([500, "urn:problem:vonage-conversion:internal"]);
      expect(answered.detail).toContain("already read the body of this request");
      expect(log).toMatchObject([
        { level: "error", outcome: "internal", hint: expect.stringContaining("request.clone()") },
      ]);
      expect(sent).toEqual([]);
    }
  });

  it("is no fault where its clone is handed on", async () => {
    const { handle, sandbox } = createProxy();
    const request = post(report, { ...BY_SHOP, "content-type": FORM });
    const clone = request.clone();
    await request.text();
    expect((await handle(clone)).status).toBe(200);
    expect(sandbox.reports()).toHaveLength(1);
  });
});

describe("parameters", () => {
  it.each([
    ["true", true],
    ["True", true],
    ["TRUE", true],
    ["1", true],
    ["false", false],
    ["False", false],
    ["0", false],
  ])("delivered=%s is sent on as %s", async (delivered, expected) => {
    const { handle, sent, sandbox } = createProxy();
    await handle(post({ ...REPORT, delivered }, BY_SHOP));
    expect(formOf(sent[0]).delivered).toBe(String(expected));
    expect(sandbox.reports()[0]?.delivered).toBe(expected);
  });

  it.each([
    ["the seconds of a timestamp", { timestamp: 1_767_225_599 }, "2025-12-31 23:59:59"],
    ["the seconds of a timestamp in a string", { timestamp: "1767225599" }, "2025-12-31 23:59:59"],
  ])("JSON may hold %s", async (_, fields, timestamp) => {
    const { handle, sandbox } = createProxy();
    await handle(postJson({ "message-id": MESSAGE_ID, delivered: 1, ...fields }, BY_SHOP));
    expect(sandbox.reports()).toMatchObject([{ messageId: MESSAGE_ID, delivered: true, timestamp }]);
  });

  it.each([true, false, 1, 0, "true"])("delivered may be %j in JSON", async (delivered) => {
    const { handle, sandbox } = createProxy();
    await handle(postJson({ "message-id": MESSAGE_ID, delivered }, BY_SHOP));
    expect(sandbox.reports()[0]?.delivered).toBe(Boolean(delivered));
  });

  it("a message id survives with every character it has", async () => {
    const { handle, sandbox } = createProxy();
    const messageId = "a&b=c+d %2B;ü€😀/?#";
    await handle(post({ ...REPORT, "message-id": messageId }, BY_SHOP));
    await handle(postJson({ ...REPORT, "message-id": messageId }, BY_SHOP));
    expect(sandbox.reports().map((report) => report.messageId)).toEqual([messageId, messageId]);
  });

  it.each([
    ["as the API spells it", "2026-03-04 05:06:07", "2026-03-04 05:06:07"],
    ["in UNIX seconds", "1767225599", "2025-12-31 23:59:59"],
  ])("a timestamp %s is sent on as the API spells it", async (_, timestamp, expected) => {
    const { handle, sent } = createProxy();
    expect((await handle(post({ ...REPORT, timestamp }, BY_SHOP))).status).toBe(200);
    expect(formOf(sent[0]).timestamp).toBe(expected);
  });

  it("the time of arrival is sent where the report has none", async () => {
    const { handle, sent } = createProxy();
    const before = wire(new Date());
    await handle(post(REPORT, BY_SHOP));
    const timestamp = formOf(sent[0]).timestamp ?? "";
    expect(timestamp >= before && timestamp <= wire(new Date())).toBe(true);
  });

  const form = (text: string, query = "") =>
    post(text, { ...BY_SHOP, "content-type": FORM }, `/conversions/sms${query}`);
  const raw = (text: string, query = "") =>
    post(text, { ...BY_SHOP, "content-type": "application/json" }, `/conversions/sms${query}`);
  const good = new URLSearchParams(REPORT).toString();
  const future = wire(new Date(Date.now() + 400_000));

  it.each<[string, () => Request, string[]]>([
    ["nothing at all", () => form(""), ["delivered", "message-id"]],
    ["an empty JSON object", () => raw("{}"), ["delivered", "message-id"]],
    ["a name that cannot be read, beside nothing else", () => form("%e2%82=1"), [""]],
    ["a name that cannot be read in the query", () => form("delivered=true", "?%e2%82=1"), [""]],
    ["nested JSON", () => raw('{"message-id":{"a":1},"delivered":[true]}'), ["delivered", "message-id"]],
    ["a message id that is a number", () => raw('{"message-id":4711,"delivered":true}'), ["message-id"]],
    ["a number that means nothing", () => raw('{"message-id":"a","delivered":2}'), ["delivered"]],
    [
      "a number that has lost digits",
      () => raw('{"message-id":12345678901234567890,"delivered":true}'),
      ["message-id"],
    ],
    ["a name repeated in JSON", () => raw(`{"message-id":"a","message-id":"a","delivered":true}`), [""]],
    [
      "a name repeated in JSON by an escape",
      () => raw(`{"delivered":true,"message-id":"a","message\\u002did":"b"}`),
      [""],
    ],
    ["a name repeated in the form", () => form(`${good}&delivered=true`), ["delivered"]],
    ["a name repeated in the query", () => form("", `?${good}&message-id=b`), ["message-id"]],
    [
      "nothing but a fragment that looks like a query",
      () => form("", `#?${good}`),
      ["delivered", "message-id"],
    ],
    ["a name in both query and form", () => form(good, "?delivered=true"), ["delivered"]],
    [
      "a name in both query and JSON",
      () => raw(JSON.stringify(REPORT), `?message-id=${MESSAGE_ID}`),
      ["message-id"],
    ],
    ["an unknown name", () => form(`${good}&network=234`), ["network"]],
    [
      "an inherited name",
      () => raw('{"__proto__":1,"constructor":2}'),
      ["__proto__", "constructor", "delivered", "message-id"],
    ],
    ["a name too odd to be shown", () => form(`${good}&<script>=1`), ["(unprintable)"]],
    ["a name too long to be shown", () => form(`${good}&${"x".repeat(41)}=1`), ["(unprintable)"]],
    ["a broken escape in a value", () => form(`${good}&timestamp=%zz`), ["timestamp"]],
    ["a broken escape in a name", () => form(`${good}&%e2%82=1`), [""]],
    ["an escape that is not UTF-8", () => form("message-id=%ff&delivered=true"), ["message-id"]],
    ["a wrong delivered", () => form(`message-id=a&delivered=yes`), ["delivered"]],
    ["an empty message id", () => form("message-id=&delivered=1"), ["message-id"]],
    ["a blank message id", () => form("message-id=%20%C2%A0&delivered=1"), ["message-id"]],
    ["a control character", () => form("message-id=a%00b&delivered=1"), ["message-id"]],
    ["a line separator", () => form("message-id=a%E2%80%A8b&delivered=1"), ["message-id"]],
    ["half a surrogate pair", () => raw('{"message-id":"\\ud800","delivered":1}'), ["message-id"]],
    ["an overlong message id", () => form(`message-id=${"x".repeat(129)}&delivered=1`), ["message-id"]],
    ["another spelling of a timestamp", () => form(`${good}&timestamp=2026-03-04T05:06:07Z`), ["timestamp"]],
    ["a day that does not exist", () => form(`${good}&timestamp=2026-02-30+00:00:00`), ["timestamp"]],
    ["a timestamp before 2010", () => form(`${good}&timestamp=2009-12-31+23:59:59`), ["timestamp"]],
    ["a timestamp ahead of the clock", () => form(`${good}&timestamp=${future}`), ["timestamp"]],
    ["milliseconds for seconds", () => form(`${good}&timestamp=${Date.now()}`), ["timestamp"]],
    [
      "everything at once",
      () => form("delivered=yes&timestamp=x&a=1&a=2&b=%ff", "?c=1&messageId=d"),
      ["a", "a", "b", "c", "delivered", "message-id", "messageId", "timestamp"],
    ],
  ])("%s is refused, and every fault is listed", async (_, request, expected) => {
    const { handle, sent, log } = createProxy();
    const response = await handle(request());
    expect(response.status).toBe(400);
    const { errors, ...problem } = await readJson(response);
    expect(problem.type).toBe("urn:problem:vonage-conversion:invalid-parameters");
    expect(errors?.map(({ parameter }) => parameter).sort()).toEqual(expected);
    expect(errors?.every(({ detail }) => detail.length > 5)).toBe(true);
    expect(sent).toEqual([]);
    expect(log).toMatchObject([{ level: "info", outcome: "invalid-parameters", caller: "key:shop" }]);
  });

  it.each(["message_id", "messageId", "MESSAGE-ID"])("%s gets a hint at the right spelling", async (name) => {
    const response = await createProxy().handle(post({ [name]: "a", delivered: "1" }, BY_SHOP));
    const { errors } = await readJson(response);
    expect(errors?.find(({ parameter }) => parameter === name)?.detail).toContain("message-id");
  });

  it("a fragment, with a question mark or without, is nothing to the handler", async () => {
    const { handle, sandbox } = createProxy();
    for (const fragment of ["#", "#?", "#?message-id=another", "?#delivered=false", "#token=a.b.c"])
      expect((await handle(form(good, fragment))).status).toBe(200);
    expect((await handle(form("", `?${good}#?delivered=false`))).status).toBe(200);
    expect(new Set(sandbox.reports().map((one) => `${one.messageId} ${one.delivered}`))).toEqual(
      new Set([`${MESSAGE_ID} true`]),
    );
  });

  it("message ids of 1 and of 128 characters are taken", async () => {
    const { handle, sandbox } = createProxy();
    for (const messageId of ["x", "😀".repeat(128)])
      await handle(post({ ...REPORT, "message-id": messageId }, BY_SHOP));
    expect(sandbox.reports()).toHaveLength(2);
  });
});

// Does the same as our Worker for a report with a proxy key, in one function without a library, to show how little that
// can cost. It serves this one kind of call and does not retry. Shared by the Workers with and without a ledger.

export interface ByHandEnv {
  readonly VONAGE_BASE_URL: string;
  readonly VONAGE_2FA_API_KEY: string;
  readonly VONAGE_2FA_API_SECRET: string;
  /** `name:key` */
  readonly PROXY_KEYS_2FA: string;
}

export interface ByHandReport {
  readonly pathname: string;
  readonly messageId: string;
  readonly delivered: string;
  /** Epoch milliseconds. */
  readonly occurredAt: number;
}

/** Creates the Worker. `send` resolves to the status of Vonage's answer. */
export function createByHand<E extends ByHandEnv>(send: (report: ByHandReport, env: E) => Promise<number>) {
  return {
    fetch(request: Request, env: E, context: { waitUntil(work: Promise<unknown>): void }): Promise<Response> {
      const answer = report(request, env);
      context.waitUntil(answer);
      return answer;
    },
  };

  async function report(request: Request, env: E): Promise<Response> {
    const started = Date.now();
    const requestId = crypto.randomUUID();
    const { headers, method, url } = request;
    const { pathname } = new URL(url);
    const respond = (status: number) => {
      const ms = Date.now() - started;
      const caller = "key:shop";
      console.log(JSON.stringify({ level: "info", requestId, method, route: pathname, status, ms, caller }));
      const common = {
        "cache-control": "no-store",
        "x-content-type-options": "nosniff",
        "x-request-id": requestId,
      };
      return new Response(null, { status, headers: { "content-type": "text/plain", ...common } });
    };
    const isForm = headers.get("content-type") === "application/x-www-form-urlencoded";
    if (!isForm || headers.has("content-encoding") || !(Number(headers.get("content-length")) <= 8192)) {
      return respond(415);
    }
    const text = new TextDecoder("utf-8", { fatal: true }).decode(await request.arrayBuffer());
    const parameters = new Map<string, string>();
    for (const pair of text.split("&")) {
      const cut = pair.indexOf("=");
      parameters.set(pair.slice(0, cut), decodeURIComponent(pair.slice(cut + 1).replaceAll("+", " ")));
    }
    const given = atob(headers.get("authorization")?.slice("Basic ".length) ?? "");
    let difference = given.length ^ env.PROXY_KEYS_2FA.length;
    for (let at = 0; at < given.length; at++) {
      difference |= given.charCodeAt(at) ^ env.PROXY_KEYS_2FA.charCodeAt(at);
    }
    if (difference !== 0) return respond(401);
    const messageId = parameters.get("message-id");
    const delivered = parameters.get("delivered");
    if (!messageId || messageId.length > 128 || (delivered !== "true" && delivered !== "false"))
      return respond(400);
    try {
      const status = await send({ pathname, messageId, delivered, occurredAt: started }, env);
      return respond(status === 200 ? 200 : 502);
    } catch {
      return respond(504);
    }
  }
}

/** Sends a report to Vonage with a deadline. */
export async function sendByHand(
  { pathname, messageId, delivered, occurredAt }: ByHandReport,
  env: ByHandEnv,
): Promise<number> {
  const timestamp = new Date(occurredAt).toISOString().slice(0, 19).replace("T", "+");
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(), 4000);
  try {
    const { status } = await fetch(env.VONAGE_BASE_URL + pathname, {
      method: "POST",
      headers: {
        accept: "*/*",
        "content-type": "application/x-www-form-urlencoded",
        authorization: `Basic ${btoa(`${env.VONAGE_2FA_API_KEY}:${env.VONAGE_2FA_API_SECRET}`)}`,
      },
      body: `message-id=${encodeURIComponent(messageId)}&delivered=${delivered}&timestamp=${timestamp.replaceAll(":", "%3A")}`,
      redirect: "manual",
      cache: "no-store",
      signal: controller.signal,
    });
    return status;
  } finally {
    clearTimeout(timer);
  }
}

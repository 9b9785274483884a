// What the demo application and the Worker say to each other, for the timeline.

/** One request of the application's to the Worker. */
export interface ApplicationExchange {
  /** From 1, in the order in which they ended. */
  readonly seq: number;
  /** When it began, ISO 8601. */
  readonly at: string;
  readonly method: string;
  readonly path: string;
  /** 0: no answer. */
  readonly status: number;
  /** Milliseconds until the whole answer was there. */
  readonly duration: number;
  /** The bodies, where they are JSON. Headers, and with them the proxy key, are left out. */
  readonly request?: unknown;
  readonly answer?: unknown;
}

export interface ApplicationLog {
  /** Sends a request, and keeps what came of it. */
  readonly fetch: typeof fetch;
  /** Those with a higher `seq`, oldest first. */
  since(seq: number): readonly ApplicationExchange[];
  forget(): void;
}

const MAX_EXCHANGES = 500;
const MAX_LOOKED_AT = 200;

/**
 * Keeps the last 500 exchanges. Looks (GET) that find a challenge in the state it was last known in are left out, since
 * there is one every second or so.
 */
export function createApplicationLog(send: typeof fetch, now: () => number): ApplicationLog {
  const exchanges: ApplicationExchange[] = [];
  const lastSeen = new Map<string, string>();
  let last = 0;

  const keep = (exchange: Omit<ApplicationExchange, "seq">) => {
    if (exchange.method === "GET" && !isNews(lastSeen, exchange)) return;
    exchanges.push({ seq: ++last, ...exchange });
    if (exchanges.length > MAX_EXCHANGES) exchanges.shift();
  };

  return {
    fetch: async (input, init) => {
      const request = new Request(input, init);
      const began = now();
      const body = await request.clone().text();
      const asked = {
        at: new Date(began).toISOString(),
        method: request.method,
        path: new URL(request.url).pathname,
        ...toJson("request", body),
      };
      try {
        const response = await send(request);
        const text = await response.text();
        const { status } = response;
        keep({ ...asked, status, duration: now() - began, ...toJson("answer", text) });
        return new Response(text || null, response);
      } catch (error) {
        keep({ ...asked, status: 0, duration: now() - began });
        throw error;
      }
    },
    since: (seq) => exchanges.filter((one) => one.seq > seq),
    forget: () => {
      exchanges.length = 0;
    },
  };
}

function isNews(lastSeen: Map<string, string>, exchange: Omit<ApplicationExchange, "seq">): boolean {
  const { path, status, answer } = exchange;
  const { state } = (answer ?? {}) as { readonly state?: unknown };
  const seen = `${status} ${state}`;
  const before = lastSeen.get(path) ?? "200 pending";
  if (lastSeen.size >= MAX_LOOKED_AT) lastSeen.clear();
  lastSeen.set(path, seen);
  return seen !== before;
}

function toJson<N extends string>(name: N, text: string): { readonly [K in N]?: unknown } {
  try {
    return { [name]: JSON.parse(text) } as { readonly [K in N]?: unknown };
  } catch {
    return {};
  }
}

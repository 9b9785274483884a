// The exchanges of the demo application with the Worker, for the timeline.

/** One request of the application to the Worker. */
export interface ApplicationExchange {
  /** A number from 1, in the order in which exchanges ended. */
  readonly seq: number;
  /** Time of its beginning, ISO 8601. A GET waits for a change, so its time is the end. */
  readonly at: string;
  readonly method: string;
  readonly path: string;
  /** The status of the answer; 0 if there was none. */
  readonly status: number;
  /** Milliseconds until the answer was complete. */
  readonly duration: number;
  /** The bodies, if they are JSON. Headers are left out, and with them the proxy key. */
  readonly request?: unknown;
  readonly answer?: unknown;
}

export interface ApplicationLog {
  /** Sends a request and records the exchange. */
  readonly fetch: typeof fetch;
  /** Lists exchanges with a higher `seq`, oldest first. */
  since(seq: number): readonly ApplicationExchange[];
  forget(): void;
}

const MAX_EXCHANGES = 500;
const MAX_LOOKED_AT = 200;

/**
 * Keeps the last 500 exchanges. While a challenge is pending, the application asks for it again and again, so a GET that
 * finds no change is left out.
 *
 * @param isKnown Tells whether the application knows the state that a GET of this path found.
 */
export function createApplicationLog(
  send: typeof fetch,
  now: () => number,
  isKnown: (path: string, state: unknown) => boolean,
): ApplicationLog {
  const exchanges: ApplicationExchange[] = [];
  const lastSeen = new Map<string, string>();
  let last = 0;

  const keep = (exchange: Omit<ApplicationExchange, "seq">) => {
    const waits = exchange.method === "GET";
    const state = stateOf(exchange);
    if (waits && state !== undefined && isKnown(exchange.path, state)) return;
    if (waits && !isNews(lastSeen, exchange)) return;
    exchanges.push({ seq: ++last, ...exchange, ...(waits && { at: new Date(now()).toISOString() }) });
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
  const { path, status } = exchange;
  const seen = `${status} ${stateOf(exchange)}`;
  const before = lastSeen.get(path) ?? "200 pending";
  if (lastSeen.size >= MAX_LOOKED_AT) lastSeen.clear();
  lastSeen.set(path, seen);
  return seen !== before;
}

const stateOf = ({ answer }: Pick<ApplicationExchange, "answer">) =>
  (answer as { readonly state?: unknown } | undefined)?.state;

function toJson<N extends string>(name: N, text: string): { readonly [K in N]?: unknown } {
  try {
    return { [name]: JSON.parse(text) } as { readonly [K in N]?: unknown };
  } catch {
    return {};
  }
}

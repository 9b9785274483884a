/** The runtime's knowledge about a request, besides the request itself. */
export interface HandlerContext {
  /**
   * Keeps work going after the answer, or after the caller has left.
   *
   * @default the work goes on by itself, as long as the process lives
   * @example
   * // Vercel's and Netlify's functions stop after the answer.
   * export default { fetch: (request, context) => handle(request, { waitUntil: (work) => context.waitUntil(work) }) };
   */
  readonly waitUntil?: (work: Promise<unknown>) => void;
  /**
   * The client's address, as the platform vouches for it. It is used for rate limits only; an IPv6 address counts with
   * its /64. Without an address, all callers that fail authentication share one limit, and public answers such as
   * `GET /health` are not limited.
   *
   * @default none
   * @example
   * // Hono on Node
   * app.all("/conversions/*", (c) => handle(c.req.raw, { clientAddress: getConnInfo(c).remote.address }));
   */
  readonly clientAddress?: string | undefined;
  /**
   * `true` if the platform enforces `Content-Length`, as HTTP servers do. Bodies are then read faster.
   *
   * @default false
   * @example
   * handle(request, { lengthHolds: true });
   */
  readonly lengthHolds?: boolean;
}

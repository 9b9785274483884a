// The little that is used of Cloudflare's own module. Its full types would bring their own idea of fetch along.

declare module "cloudflare:workers" {
  /** Of the request that is being served. */
  export function waitUntil(work: Promise<unknown>): void;
  export abstract class DurableObject {
    constructor(context: unknown, env: unknown);
  }
  export abstract class WorkerEntrypoint<Env = unknown> {
    constructor(context: unknown, env: Env);
    protected readonly ctx: { waitUntil(work: Promise<unknown>): void };
    protected readonly env: Env;
  }
}

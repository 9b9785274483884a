// The few types that are used of Cloudflare's module. Its full types would replace the standard types of fetch.

declare module "cloudflare:workers" {
  /** Keeps the current request alive until the work has ended. */
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

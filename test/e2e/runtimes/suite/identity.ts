/** The names and versions that a runtime reports about itself. `undefined` is dropped by JSON. */
export interface Identity {
  readonly node?: string | undefined;
  readonly deno?: string | undefined;
  readonly bun?: string | undefined;
  readonly edgeRuntime?: string | undefined;
  readonly userAgent?: string | undefined;
  /** The globals of Node's that exist here. */
  readonly ofNode: readonly string[];
}

interface Globals {
  readonly process?: { readonly versions?: { readonly node?: string } };
  readonly Deno?: { readonly version: { readonly deno: string } };
  readonly Bun?: { readonly version: string };
  readonly EdgeRuntime?: string;
  readonly navigator?: { readonly userAgent?: string };
}

export function identify(): Identity {
  const { process, Deno, Bun, EdgeRuntime, navigator } = globalThis as Globals;
  return {
    node: process?.versions?.node,
    deno: Deno?.version.deno,
    bun: Bun?.version,
    edgeRuntime: EdgeRuntime,
    userAgent: navigator?.userAgent,
    ofNode: ["process", "Buffer", "require", "global"].filter((name) => name in globalThis),
  };
}

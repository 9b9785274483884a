// A Worker that reports through its service binding, and returns the result over HTTP.

import type { ConversionService } from "../../../adapters/cloudflare/index.ts";

interface Env {
  readonly CONVERSIONS: ConversionService;
}

/** A method and its argument. JSON has no `Date`, so this creates them. */
export interface ServiceCall {
  readonly method: "sms" | "voice" | "track";
  readonly argument: unknown;
  readonly timestampAsDate?: string;
}

/** The result, or everything that the error shows. */
export interface ServiceAnswer {
  readonly result?: unknown;
  readonly error?: {
    readonly isError: boolean;
    readonly name: string;
    readonly message: string;
    readonly stack: string;
    /** Its own properties beside these, as they are. */
    readonly properties: Readonly<Record<string, unknown>>;
    readonly symbols: number;
  };
}

export default {
  async fetch(request: Request, { CONVERSIONS }: Env): Promise<Response> {
    const { method, argument, timestampAsDate } = (await request.json()) as ServiceCall;
    const given = timestampAsDate
      ? { ...(argument as object), timestamp: new Date(timestampAsDate) }
      : argument;
    try {
      return Response.json({ result: await CONVERSIONS[method](given as never) });
    } catch (thrown) {
      const { name, message, stack, ...properties } = describe(thrown as Error);
      const symbols = Object.getOwnPropertySymbols(thrown).length;
      const error = { isError: thrown instanceof Error, name, message, stack, properties, symbols };
      return Response.json({ error });
    }
  },
};

function describe(error: Error) {
  const own = Object.getOwnPropertyNames(error).map((name) => [name, error[name as keyof Error]]);
  return { ...Object.fromEntries(own), name: error.name, message: error.message, stack: error.stack };
}

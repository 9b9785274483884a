// The sandbox as a Worker of its own: what `npm start` and the tests run beside the real one.

import { createSandbox } from "../../src/sandbox/index.ts";

const sandbox = createSandbox();

export default {
  async fetch(request: Request): Promise<Response> {
    try {
      return await sandbox.fetch(request);
    } catch {
      // A dropped connection: a body that breaks before its first byte makes workerd close without an answer.
      return new Response(
        new ReadableStream({
          start(controller) {
            controller.error(new TypeError("dropped on purpose"));
          },
        }),
      );
    }
  },
};

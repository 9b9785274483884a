// Runs the suite in workerd, where everything happens within a request: `GET /run`.

import { runSuite } from "../suite.ts";

export default {
  fetch: (request: Request): Response => {
    if (new URL(request.url).pathname !== "/run") return new Response(null, { status: 404 });
    const lines = runSuite();
    const utf8 = new TextEncoder();
    return new Response(
      new ReadableStream({
        async pull(controller) {
          const { value, done } = await lines.next();
          if (done) controller.close();
          else controller.enqueue(utf8.encode(`${JSON.stringify(value)}\n`));
        },
      }),
    );
  },
};

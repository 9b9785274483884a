// Next.js 13 and 14 answer fetch from a cache, POSTs with `Authorization` included, unless a request says otherwise.

import { deepStrictEqual } from "node:assert/strict";
import { aNumber, codeAt } from "../../support/two-factor-stack.ts";
import type { Behaviour } from "./behaviour.ts";
import type { Example } from "./examples.ts";
import { serveExample } from "./serve.ts";

const CHECKED_ONCE: Behaviour = {
  name: "a used code is refused the second time, and no answer comes from a cache",
  check: async ({ url, client, sandbox }) => {
    const number = aNumber();
    const { id } = await client.start({ to: `+${number}`, channel: "sms" });
    const path = `${url}/check/${id}/${codeAt(sandbox, number)}`;
    const answers: unknown[] = [];
    for (let time = 0; time < 2; time++) answers.push(await (await fetch(path)).json());
    deepStrictEqual(
      answers.map((one) => (one as { verified: boolean }).verified),
      [true, false],
    );
  },
};

const onNext = (version: string, react: string): Example => ({
  name: `next-cache-${version.split(".")[0]}`,
  variant: {
    source: "test/e2e/examples/next-cache",
    lockfile: `next-${version.split(".")[0]}.lock.json`,
    versions: { next: version, react, "react-dom": react },
  },
  serve: (folder, { worker, port }) => serveExample(folder, worker.url, port),
  behaviours: [CHECKED_ONCE],
});

/** The last version that caches answers, and the version of examples/nextjs. */
export const NEXT_CACHES: readonly Example[] = [onNext("14.2.35", "18.3.1"), onNext("16.4.6", "19.3.1")];

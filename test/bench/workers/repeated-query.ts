// An Insight object that answers the same question several times, so that a measurement leaves out the Worker around it.

import { Insight as Deployed, type Env } from "../../../adapters/cloudflare/index.ts";
import type { InsightQuery } from "../../../src/insight/query.ts";

export class Insight extends Deployed {
  async repeat(query: InsightQuery, times: number): Promise<number> {
    let groups = 0;
    for (let left = times; left > 0; left--)
      ({
        groups: { length: groups },
      } = await this.query(query));
    return groups;
  }
}

export default {
  async fetch(request: Request, { INSIGHT }: Env): Promise<Response> {
    const { query, times } = (await request.json()) as { query: InsightQuery; times: number };
    const object = INSIGHT?.get(INSIGHT.idFromName("insight") as never) as unknown as Insight;
    return Response.json({ groups: await object.repeat(query, times) });
  },
};

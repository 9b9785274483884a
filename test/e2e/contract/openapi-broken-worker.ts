// The Worker with Durable Objects that fail at every call.

import { DurableObject } from "cloudflare:workers";
import worker from "../../../adapters/cloudflare/index.ts";

export class Ledger extends DurableObject {}
export class Challenges extends DurableObject {}
export class SendLimits extends DurableObject {}
export class Insight extends DurableObject {}

export default worker;

// The peer without a ledger.

import { createPeer, sendToVonage } from "./peer.ts";

export default createPeer(async (report, env) => {
  try {
    await sendToVonage(report, env);
    return 200;
  } catch {
    return 502;
  }
});

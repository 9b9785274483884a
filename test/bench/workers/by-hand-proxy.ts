// Our Worker's duties by hand, without a ledger.

import { createByHand, sendByHand } from "./by-hand.ts";

export default createByHand(sendByHand);

import { startChromium } from "./chromium.ts";
import { describeClientInBrowser } from "./client-contract.ts";

describeClientInBrowser("Chromium", startChromium);

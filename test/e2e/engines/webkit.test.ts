import { describeClientInBrowser } from "./client-contract.ts";
import { startWebKit } from "./webkit.ts";

// Classic WebDriver cannot switch the network off.
describeClientInBrowser("WebKit", startWebKit, { offline: false });

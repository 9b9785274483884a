import { describeClientInBrowser } from "./client-contract.ts";
import { startWebKit } from "./webkit.ts";

// Classic WebDriver knows nothing of networks.
describeClientInBrowser("WebKit", startWebKit, { offline: false });

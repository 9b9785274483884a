import { describeClientInBrowser } from "./client-contract.ts";
import { startFirefox } from "./firefox.ts";

describeClientInBrowser("Firefox", startFirefox);

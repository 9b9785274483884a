// Every command, in the order of the help.

import type { Command } from "./command.ts";
import { alarms } from "./commands/alarms.ts";
import { backtest } from "./commands/backtest.ts";
import { doctor } from "./commands/doctor.ts";
import { erase } from "./commands/erase.ts";
import { init } from "./commands/init.ts";
import { insight } from "./commands/insight.ts";
import { reports } from "./commands/reports.ts";
import { retry } from "./commands/retry.ts";
import { sandbox } from "./commands/sandbox.ts";
import { serve } from "./commands/serve.ts";
import { stats } from "./commands/stats.ts";

export const COMMANDS: readonly Command[] = [
  init,
  sandbox,
  serve,
  doctor,
  reports,
  retry,
  stats,
  erase,
  alarms,
  insight,
  backtest,
];

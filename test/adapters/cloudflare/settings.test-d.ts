// Checked by `tsc -p test`: the environment's type and the tables of settings have the same names.

import { expectTypeOf } from "vitest";
import type { Env } from "../../../adapters/cloudflare/env.ts";
import type { SettingName } from "../../../adapters/cloudflare/settings/table.ts";

expectTypeOf<keyof Env>().toEqualTypeOf<SettingName>();

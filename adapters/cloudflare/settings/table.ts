// The table of all settings. Reading, the type of the environment, `/health`, `doctor`, the tables of the documentation,
// wrangler.toml's variables and .dev.vars.example follow from it. `npm run docs:settings` writes those that are text.

import { INSIGHT_SETTINGS } from "./insight-settings.ts";
import { REPORT_SETTINGS } from "./report-settings.ts";
import type { Setting } from "./setting.ts";
import { WORKFLOW_SETTINGS } from "./workflow-settings.ts";

export type SettingName =
  | keyof typeof REPORT_SETTINGS
  | keyof typeof WORKFLOW_SETTINGS
  | keyof typeof INSIGHT_SETTINGS;

export const SETTINGS: Readonly<Record<SettingName, Setting>> = {
  ...REPORT_SETTINGS,
  ...WORKFLOW_SETTINGS,
  ...INSIGHT_SETTINGS,
};

export const SETTING_NAMES = Object.keys(SETTINGS) as SettingName[];

/** The texts of the workflow: any of them turns it on. */
export const WORKFLOW_TEXTS = (Object.keys(WORKFLOW_SETTINGS) as (keyof typeof WORKFLOW_SETTINGS)[]).filter(
  (name) => SETTINGS[name].binding === undefined,
);

// The settings of Insight. docs/reference/settings.md lists them.

import { readList, readNumber } from "./readers.ts";
import type { Settings } from "./setting.ts";

export const INSIGHT_SETTINGS = {
  INSIGHT: {
    option: "insight.namespace",
    binding: "objects",
    what: "The Durable Object that collects Insight's figures. Without it nothing is counted, and `GET /insight` says so.",
  },
  INSIGHT_WEBHOOK_URL: {
    option: "insight.webhookUrl",
    what:
      "The public https URL that alarms are sent to when they begin and end. Redirects are not followed. It needs " +
      "`INSIGHT_WEBHOOK_SECRET`.",
    more: "[What is sent](#alarms-to-a-webhook).",
  },
  INSIGHT_WEBHOOK_SECRET: {
    option: "insight.webhookSecrets",
    read: readList,
    secret: { example: "whsec_replace-with-the-base64-of-32-random-bytes" },
    what:
      "The secret that signs alarms, as the Standard Webhooks specification writes it: `whsec_` and the base64 of 24 to " +
      "64 random bytes. While you change it, list the new one and the old one: both sign.",
  },
  INSIGHT_INTERVAL_S: {
    option: "insight.interval",
    read: readNumber,
    default: "60",
    what:
      "The longest time between two looks at the figures, 5 to 300 seconds. Shorter ones write more rows; alarms come " +
      "sooner.",
  },
  INSIGHT_PAUSE: {
    option: "insight.pause",
    default: "off",
    what:
      "`pumping` refuses new codes to a segment under traffic pumping, for an hour at first and up to 12 hours later. " +
      "`off` refuses nothing.",
    more: "[The pause](#the-pause).",
  },
  INSIGHT_PAUSE_NEVER: {
    option: "insight.pauseNever",
    read: readList,
    what: "Countries and networks that are never paused: `GB US 310260`.",
  },
  INSIGHT_DAILY_SPEND: {
    option: "insight.dailySpend",
    read: readNumber,
    what: "The cost of a day's messages, in euros, above which an alarm is raised.",
  },
} satisfies Settings;

import type { RecordedReport } from "../../../src/sandbox/index.ts";

/** The values that differ from start to start. */
export interface GuideValues {
  /** Base URL of the Worker. */
  readonly endpoint: string;
  /** Base URL of the sandbox, which also serves the page. */
  readonly vonage: string;
  /** The proxy key named `local`. */
  readonly key: string;
  readonly adminKey: string;
  /** The status of the sample report. */
  readonly status: string;
  /** The sample report, as the sandbox recorded it. */
  readonly report: RecordedReport | null;
  /** The words that call the command line: `npx vonage-conversion`. */
  readonly program: string;
}

/** The text that `vonage-conversion sandbox` prints: addresses, and commands to copy. */
export function formatGuide({
  endpoint,
  vonage,
  key,
  adminKey,
  status,
  report,
  program,
}: GuideValues): string {
  return `
Open the page: ${vonage}/
Open the console: ${endpoint}/console/   admin key: ${adminKey}

The Worker is at    ${endpoint}   POST /2fa, POST /conversions/sms, POST /conversions/voice, POST /messages, GET /health
The sandbox is at   ${vonage}   stands in for Vonage; GET /sandbox/ lists its controls

A client with a report token sent a sample report through the Worker to the sandbox: ${status}.
The sandbox recorded:
${JSON.stringify(report, null, 2)}

Send one yourself, then list the recorded reports:
  curl -i ${endpoint}/conversions/sms -u local:${key} -d message-id=0A0000000123ABCD1 -d delivered=true
  curl ${vonage}/sandbox/reports

Send a code, read it on the handset, and check it (the first answer has the id):
  curl -i ${endpoint}/2fa -H 'authorization: Bearer ${key}' -d to=447400123456 -d channel=sms
  curl ${vonage}/sandbox/handset?number=447400123456
  curl -i ${endpoint}/2fa/ID/check -H 'authorization: Bearer ${key}' -d code=CODE

Track a message and do not report it: after 30 seconds the sandbox has delivered=false.
  curl -i ${endpoint}/messages -u local:${key} -d messageId=0A0000000123ABCD2 -d channel=sms -d expiresIn=30

Send some sign-ins a second through several networks: one loses messages although its receipts say delivered,
and bots pump another; watch them on the console, and stop them with …/stop:
  curl ${vonage}/app/demonstration/start -H 'content-type: application/json' -d '{"perSecond":4,"lasts":300}'

Make Vonage fail for a while, send a report, and watch the ledger, which submits it as soon as Vonage recovers:
  curl ${vonage}/sandbox/faults -H 'content-type: application/json' -d '{"status":503,"times":5}'
  export VONAGE_CONVERSION_ENDPOINT=${endpoint} VONAGE_CONVERSION_ADMIN_KEY=${adminKey}
  ${program} stats

Press Ctrl-C to stop.
`;
}

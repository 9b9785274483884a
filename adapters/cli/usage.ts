/** What `--help` prints, line by line. */
export const USAGE: readonly string[] = `
Usage: vonage-conversion <command> [options]

The operator's view of a vonage-conversion Worker: what was reported, what waits, what died, and why.

Commands:
  reports                       list reports
    --state STATE               tracking, sending, queued, recorded, dead or unreadable (default: dead)
    --limit N                   how many at most; 0 means all (default: 100)
  retry CHANNEL MESSAGE-ID      send one report again; CHANNEL is sms or voice
  retry --all [--state STATE]   send all dead (the default) or queued reports again
  stats                         how many reports there are, how long they wait, what is held back
  erase NUMBER                  remove what is stored of a phone number: challenges and the counters of its limit
  doctor                        is the Worker reachable and complete, does Vonage accept its keys; what to do

Options:
  --endpoint URL                the Worker's base URL; https, or http to localhost
  --json                        for reports: one JSON object a line; for stats and doctor: one JSON object
  -h, --help                    this text
  --version                     the version of this command line

A message id that begins with a dash goes behind two: retry sms -- -0A0000000123ABCD1

Environment:
  VONAGE_CONVERSION_ENDPOINT    the same as --endpoint
  VONAGE_CONVERSION_ADMIN_KEY   the Worker's admin key; never an argument, since lists of processes show those

Exit codes: 0 all well; 1 something is wrong, or not everything was accepted; 2 wrong usage.
`
  .trim()
  .split("\n");

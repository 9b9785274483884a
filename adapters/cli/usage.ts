/** The lines of `--help`. */
export const USAGE: readonly string[] = `
Usage: vonage-conversion <command> [options]

The operator's view of a vonage-conversion Worker: which routes deliver, alarms, and reports with the
reasons why they wait or are dead.

Commands:
  reports                       list reports
    --state STATE               tracking, sending, queued, recorded, dead or unreadable (default: dead)
    --limit N                   maximum number of reports; 0 means all (default: 100)
  retry CHANNEL MESSAGE-ID      send one report again; CHANNEL is sms or voice
  retry --all [--state STATE]   send all dead (the default) or queued reports again
  stats                         count reports; show the longest wait and held back traffic
  insight                       show which routes deliver, the worst first
    --by LIST                   traffic, channel, country, network (default: country,network,channel)
    --from TIME, --to TIME      ISO 8601, epoch seconds, or so long ago: 30m, 24h, 7d (default: the last 24h)
    --csv                       print CSV
  insight backtest FILE.csv     show the alarms that a table of your own messages would have raised; no Worker needed
  alarms [--all]                list open alarms (or all), with cause and next step; exit code 1 if one is open that is
                                more than information, so that scripts can use it
  erase NUMBER                  delete the data of a phone number: its challenges and rate limit counters
  doctor                        check the Worker, its settings and its Vonage keys, and say what to fix

Options:
  --endpoint URL                the Worker's base URL: https, or http for localhost
  --json                        print JSON: for reports and alarms one object per line, otherwise one object
  -h, --help                    print this text
  --version                     print the version of this command line

Put two dashes before a message id that begins with a dash: retry sms -- -0A0000000123ABCD1

Environment:
  VONAGE_CONVERSION_ENDPOINT    the same as --endpoint
  VONAGE_CONVERSION_ADMIN_KEY   the Worker's admin key; not an option, because process lists show arguments

Exit codes: 0 success; 1 a problem, a failed request, a report that was not accepted, or an open alarm; 2 wrong usage.
`
  .trim()
  .split("\n");

// The operator's answers that are not of Insight, as far as the console shows them.

/** Answer of `GET /stats`. */
export interface Stats {
  readonly reports: Readonly<Record<string, number>>;
  readonly oldestWaiting: string | null;
  readonly gates: readonly {
    readonly shard: number;
    readonly traffic: string;
    readonly cause: string;
    readonly since: string;
    readonly nextProbeAt: string | null;
    readonly perSecond: number | null;
  }[];
  readonly twoFactor?: Readonly<Record<string, number>>;
}

export interface Report {
  readonly channel: string;
  readonly messageId: string;
  readonly traffic?: string;
  readonly state: string;
  readonly delivered?: boolean | null;
  readonly since: string;
  readonly nextAt?: string;
  readonly attempts?: number;
  readonly reason?: string | null;
  /** Vonage's HTTP status of the last request, where it answered. */
  readonly vonageStatus?: number;
}

/** Answer of `GET /reports`. */
export interface ReportPage {
  readonly reports: readonly Report[];
  readonly cursor?: string;
}

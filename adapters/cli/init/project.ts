/** The choices that one project makes differently from another. */
export interface Project {
  /** The Worker's name. */
  readonly name: string;
  readonly brand: string;
  /** ISO 3166 codes, as TWO_FACTOR_COUNTRIES has them. */
  readonly countries: string;
  readonly smsFrom: string;
  /** The port of the local Worker. */
  readonly port: number;
}

// Weeks of several seeds, summarised.

import { simulateWeek, type Week, type WeekOptions } from "./week.ts";

export interface Summary {
  readonly mean: number;
  /** The standard deviation between seeds. */
  readonly spread: number;
}

/** Simulates a week for each seed from 1. */
export function simulateSeeds(seeds: number, options: Omit<WeekOptions, "seed">): Week[] {
  return Array.from({ length: seeds }, (_, index) => simulateWeek({ ...options, seed: index + 1 }));
}

export function summarise(weeks: readonly Week[], figure: (week: Week) => number): Summary {
  const figures = weeks.map(figure);
  const mean = figures.reduce((total, one) => total + one, 0) / figures.length;
  const squares = figures.reduce((total, one) => total + (one - mean) ** 2, 0);
  return { mean, spread: Math.sqrt(squares / Math.max(1, figures.length - 1)) };
}

/** The share of messages that arrive, in percent. */
export const toArrivedPercent = ({ arrived, messages }: Week) => (100 * arrived) / messages;

/** The share of users who sign in, in percent. */
export const toSignedInPercent = ({ signedIn, signIns }: Week) => (100 * signedIn) / signIns;

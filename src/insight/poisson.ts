/**
 * The smallest count that chance reaches with at most a given probability: the least k with P(X ≥ k) ≤ probability, for
 * a Poisson distribution. R has it as `qpois(probability, mean, lower.tail = FALSE) + 1`.
 *
 * @param mean Above 10 million it counts as 10 million: the sum takes some √mean steps.
 */
export function poissonTail(mean: number, probability: number): number {
  const lambda = Math.min(mean, 1e7);
  if (!(lambda > 0)) return 1;
  // So far up that what lies above is below 1e-30.
  let count = Math.ceil(lambda + 12 * Math.sqrt(lambda)) + 40;
  let density = Math.exp(count * Math.log(lambda) - lambda - logFactorial(count));
  let tail = density;
  while (tail <= probability && count > 0) {
    // From the density of a count to that of the one below.
    density *= count / lambda;
    tail += density;
    count--;
  }
  return count + 1;
}

/** Stirling's series, exact to 1e-12 from 40 on. */
const logFactorial = (n: number): number =>
  n * Math.log(n) - n + Math.log(2 * Math.PI * n) / 2 + 1 / (12 * n) - 1 / (360 * n ** 3);

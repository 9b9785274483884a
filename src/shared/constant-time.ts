/**
 * Compares a value from outside with a secret. The time it takes depends only on the length of the given value.
 *
 * @param given The value from outside.
 * @param secret The expected value.
 */
export function equalInConstantTime(given: string, secret: string): boolean {
  let difference = given.length ^ secret.length;
  // Past the end of `secret`, charCodeAt returns NaN, which ^ treats as 0.
  for (let i = 0; i < given.length; i++) difference |= given.charCodeAt(i) ^ secret.charCodeAt(i);
  return difference === 0;
}

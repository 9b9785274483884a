/**
 * Compares a value from outside with a secret, in a time that depends on the length of the first only.
 *
 * @param given What came from outside.
 * @param secret What it should be.
 */
export function equalInConstantTime(given: string, secret: string): boolean {
  let difference = given.length ^ secret.length;
  // Past the end of `secret` charCodeAt gives NaN, which ^ takes as 0.
  for (let i = 0; i < given.length; i++) difference |= given.charCodeAt(i) ^ secret.charCodeAt(i);
  return difference === 0;
}

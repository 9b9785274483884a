import type { Configuration } from "../configuration.ts";

/**
 * The secret that keys hashes of numbers: of codes, or else of report tokens. Every part of the Worker must use the same,
 * or it would tell one number from itself.
 */
export const findHashingSecret = ({ twoFactor, config }: Pick<Configuration, "twoFactor" | "config">) =>
  (twoFactor?.codeSecrets[0] ?? config.tokenSecrets[0])?.secret;

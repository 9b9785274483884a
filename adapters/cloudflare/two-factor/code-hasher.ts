import { type CodeSecret, type HashedCode, hashCode } from "../../../src/two-factor/challenge/code.ts";

export type CodeHasher = ReturnType<typeof createCodeHasher>;

/** Hashes codes with the code secrets: new codes with the first, guesses with all, so that secrets can be rotated. */
export function createCodeHasher(secrets: readonly CodeSecret[]) {
  return {
    async hashNew(challengeId: string, code: string): Promise<HashedCode> {
      const [secret] = secrets;
      if (secret === undefined) throw new Error("There is no code secret.");
      return hashCode(secret, challengeId, code);
    },

    hashWithAll(challengeId: string, guess: string): Promise<HashedCode[]> {
      return Promise.all(secrets.map((secret) => hashCode(secret, challengeId, guess)));
    },
  };
}

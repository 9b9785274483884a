/** The hashes of Vonage's signatures: `md5hash` hashes text and secret together, the others are HMACs. */
export const SIGNATURE_METHODS = ["md5hash", "md5", "sha1", "sha256", "sha512"] as const;

/** Which one an account uses is said in its settings. */
export type SignatureMethod = (typeof SIGNATURE_METHODS)[number];

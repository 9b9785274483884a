/** The methods of Vonage's signatures: `md5hash` hashes the text followed by the secret, the others are HMACs. */
export const SIGNATURE_METHODS = ["md5hash", "md5", "sha1", "sha256", "sha512"] as const;

/** The signature method of an account, which its settings name. All but `md5hash` are HMACs. */
export type SignatureMethod = (typeof SIGNATURE_METHODS)[number];

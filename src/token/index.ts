// Report tokens: a JWT (HS256) that allows its bearer, such as a browser, to report one message and nothing else.

export type { ReportTokenClaims } from "./claims.ts";
export type { MintOptions } from "./mint.ts";
export { mintReportToken } from "./mint.ts";
export type { TokenSecret } from "./token-secret.ts";
export type { VerifiedToken, VerifyOptions } from "./verify.ts";
export { verifyReportToken } from "./verify.ts";

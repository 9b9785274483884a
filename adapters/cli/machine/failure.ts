/** A Worker cannot run on this machine. The message says why and what to do. */
export class LocalFailure extends Error {
  override readonly name = "LocalFailure";
}

/** Converts a string with one byte per character, as `atob` returns it, to bytes. */
export const toBytes = (binary: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(binary, (character) => character.charCodeAt(0));

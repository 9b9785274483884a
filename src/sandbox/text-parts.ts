export { splitText, type TextEncoding, toGsm } from "../text-parts.ts";

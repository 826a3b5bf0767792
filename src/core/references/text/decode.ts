import { isAscii } from 'node:buffer';

/**
 * Bytes of a source file as the text that an editor shows: the byte order mark taken away, so that columns agree, and
 * invalid UTF-8 replaced. `undefined` for a binary file (a NUL within the first 8 KB that is not UTF-16).
 */
export function decodeText(bytes: Buffer): string | undefined {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return new TextDecoder('utf-16le').decode(bytes);
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return new TextDecoder('utf-16be').decode(bytes);
  const nul = bytes.indexOf(0);
  if (nul >= 0 && nul < 8192) return undefined;
  return new TextDecoder('utf-8').decode(bytes);
}

/** Nearly all code is ASCII without a NUL, which needs no decoding. */
export function isPlain(bytes: Buffer): boolean {
  return isAscii(bytes) && !bytes.includes(0);
}

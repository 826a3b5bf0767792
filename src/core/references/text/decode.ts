/**
 * Bytes of a source file as the text that an editor shows: the byte order mark taken away, so that columns agree, and
 * invalid UTF-8 replaced. `undefined` for a binary file (a NUL within the first 8 KB that is not UTF-16).
 */
export function decodeText(bytes: Uint8Array): string | undefined {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return new TextDecoder('utf-16le').decode(bytes);
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return new TextDecoder('utf-16be').decode(bytes);
  const nul = bytes.indexOf(0);
  if (nul >= 0 && nul < 8192) return undefined;
  return new TextDecoder('utf-8').decode(bytes);
}

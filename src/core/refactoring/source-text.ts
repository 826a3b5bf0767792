/** The text of a source file as the scan reads it (without byte order mark), and the way back to its bytes. */
export interface SourceText {
  readonly text: string;
  /** Undefined when the file's encoding has no form for the text. */
  encode(text: string): Buffer | undefined;
}

/**
 * UTF-8 and UTF-16, each with its byte order mark kept. Bytes that are no UTF-8 are read one character a byte
 * (ISO 8859-1), so that every one of them survives.
 */
export function decodeSource(bytes: Uint8Array): SourceText {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes[0] === 0xff && bytes[1] === 0xfe)
    return {
      text: buffer.subarray(2).toString('utf16le'),
      encode: (text) => Buffer.concat([buffer.subarray(0, 2), Buffer.from(text, 'utf16le')]),
    };
  if (bytes[0] === 0xfe && bytes[1] === 0xff)
    return {
      text: swapped(buffer.subarray(2)).toString('utf16le'),
      encode: (text) => Buffer.concat([buffer.subarray(0, 2), swapped(Buffer.from(text, 'utf16le'))]),
    };
  const mark = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? buffer.subarray(0, 3) : Buffer.alloc(0);
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(buffer.subarray(mark.length));
    return { text, encode: (after) => Buffer.concat([mark, Buffer.from(after, 'utf8')]) };
  } catch {
    return {
      text: buffer.toString('latin1'),
      encode: (after) => (isLatin1(after) ? Buffer.from(after, 'latin1') : undefined),
    };
  }
}

function swapped(bytes: Buffer): Buffer {
  return Buffer.from(bytes.subarray(0, bytes.length & ~1)).swap16();
}

function isLatin1(text: string): boolean {
  for (let at = 0; at < text.length; at++) if (text.charCodeAt(at) > 0xff) return false;
  return true;
}

import { open } from 'node:fs/promises';
import path from 'node:path';
import { hasMagic } from './header';

export type FileKind = 'sqlite' | 'empty' | 'apple-double' | 'encrypted-or-unknown';

/** Magic number of AppleDouble files (RFC 1740), which macOS leaves beside files on foreign file systems. */
const APPLE_DOUBLE = [0x00, 0x05, 0x16, 0x07] as const;

/** What a file with a database's name is, from its first bytes. */
export async function classifyFile(file: string): Promise<FileKind> {
  const handle = await open(file, 'r');
  try {
    const bytes = new Uint8Array(100);
    const { bytesRead } = await handle.read(bytes, 0, bytes.length, 0);
    if (bytesRead === 0) return 'empty';
    if (hasMagic(bytes.subarray(0, bytesRead))) return 'sqlite';
    const apple = APPLE_DOUBLE.every((byte, index) => bytes[index] === byte);
    return apple && path.basename(file).startsWith('._') ? 'apple-double' : 'encrypted-or-unknown';
  } finally {
    await handle.close();
  }
}

import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { decodeText, isPlain } from '../text/decode';

/** Longer files are data more than code, and would have to be held in memory. */
export const LONGEST = 16 * 1024 * 1024;
const USUAL = 1 << 16;

/** A file as it was read. It survives a structured clone. */
export interface ReadFile {
  readonly size: number;
  /** Milliseconds since 1970. */
  readonly modified: number;
  /** It is too long, and was not read. */
  readonly isTooLong: boolean;
  /** Undefined for a binary file, and where it was left on disk. */
  readonly text?: string;
  /** What it may call, as `calledNames` gives it, where its text was left on disk. */
  readonly calls?: string;
}

/** @returns what a file may call where nobody will ask for its text, mostly; else undefined */
export type LeaveText = (file: string, text: string) => string | undefined;

/**
 * Reads files; undefined for those that went away, or may not be read.
 * @param limit bytes after which no more are read: then the result has the first of the files
 */
export function readFiles(
  workspace: string,
  files: readonly string[],
  leave: LeaveText,
  limit = Infinity,
): (ReadFile | undefined)[] {
  const read: (ReadFile | undefined)[] = [];
  // All is read into the same memory: the first touch of memory takes longer than to read.
  let buffer = Buffer.allocUnsafe(USUAL);
  for (let index = 0, left = limit; index < files.length && left > 0; index++) {
    const path = files[index]!;
    const file = opened(`${workspace}/${path}`, (descriptor): ReadFile => {
      const { size, mtimeMs: modified } = fstatSync(descriptor);
      if (size > LONGEST) return { size, modified, isTooLong: true };
      if (buffer.length < size) buffer = Buffer.allocUnsafe(2 * size);
      const text = textOf(readInto(buffer, descriptor, size));
      const calls = text === undefined ? undefined : leave(path, text);
      return { size, modified, isTooLong: false, ...(calls === undefined ? { text } : { calls }) };
    });
    read.push(file);
    left -= file?.size ?? 0;
  }
  return read;
}

/** The text of a file as it is now; undefined where there is none. */
export function readText(absolute: string): string | undefined {
  return opened(absolute, (descriptor) => {
    const { size } = fstatSync(descriptor);
    return size > LONGEST ? undefined : textOf(readInto(Buffer.allocUnsafe(size), descriptor, size));
  });
}

function textOf(bytes: Buffer): string | undefined {
  return isPlain(bytes) ? bytes.toString('latin1') : decodeText(bytes);
}

/** A promise for each small file takes longer than reading it. */
function opened<T>(absolute: string, use: (descriptor: number) => T): T | undefined {
  try {
    const descriptor = openSync(absolute, 'r');
    try {
      return use(descriptor);
    } finally {
      closeSync(descriptor);
    }
  } catch {
    // It went away, or may not be read.
    return undefined;
  }
}

/** @returns the bytes that there were */
function readInto(buffer: Buffer, descriptor: number, size: number): Buffer {
  let length = 0;
  for (let read = 1; read > 0 && length < size; length += read)
    read = readSync(descriptor, buffer, length, size - length, null);
  return buffer.subarray(0, length);
}

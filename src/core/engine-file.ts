/**
 * The engine keeps its files in memory (MEMFS of Emscripten) as arrays of bytes, of which it uses these members: `length`
 * and `slice` when it makes a file, `subarray` when it reads, `set` when it writes, `length` again to see whether the file
 * has to grow. What has them all can stand in for the array, and fetch and keep the bytes elsewhere.
 */
export interface EngineFile {
  readonly length: number;
  /** The engine's own copy. */
  slice(): EngineFile;
  /** Valid until the next call: the engine copies it at once. */
  subarray(from: number, to: number): Uint8Array;
  set(bytes: Uint8Array, position: number): void;
}

/** EIO of the engine's file system, which turns it into SQLITE_IOERR. */
export class EngineFileFailure extends Error {
  override readonly name = 'ErrnoError';
  readonly errno = 29;

  constructor(cause: unknown) {
    super('The file could not be read or written.', { cause });
  }
}

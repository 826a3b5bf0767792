import type { Engine, EngineDatabase } from '../../engine';
import { EngineFileFailure } from '../../engine-file';
import type { EngineFile } from '../../engine-file';
import type { DatabaseImage } from './image';
import { patchHeader } from './materialize';

/** What the engine's cache may take of a database that it reads page by page. */
const CACHE_KIBIBYTES = 65536;

/**
 * The recovered database in the engine, read page by page from the image when a statement needs it: memory is bounded
 * whatever its size. Reading alone. Closing the database closes the image.
 */
export function openInEngine(engine: Engine, image: DatabaseImage): EngineDatabase {
  const pages = new ImagePages(image);
  const database = new engine.Database(pages as unknown as Uint8Array);
  const close = database.close.bind(database);
  database.close = () => {
    close();
    image.close();
  };
  try {
    database.run(`PRAGMA query_only = ON; PRAGMA cache_size = -${CACHE_KIBIBYTES}`);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

/** An image as a file of the engine. */
class ImagePages implements EngineFile {
  readonly length: number;
  readonly #page: Uint8Array;
  #number = 0;

  constructor(private readonly image: DatabaseImage) {
    this.length = image.pageCount * image.pageSize;
    this.#page = new Uint8Array(image.pageSize);
  }

  slice(): this {
    return this;
  }

  subarray(from: number, to: number): Uint8Array {
    try {
      return this.#read(from, Math.min(to, this.length));
    } catch (cause) {
      throw new EngineFileFailure(cause);
    }
  }

  /** Nothing is ever written into an image. */
  set(): never {
    throw new EngineFileFailure(undefined);
  }

  #read(from: number, to: number): Uint8Array {
    const size = this.image.pageSize;
    const number = Math.floor(from / size);
    if (to <= (number + 1) * size) return this.#load(number).subarray(from - number * size, to - number * size);
    const bytes = new Uint8Array(to - from);
    for (let at = from; at < to;) {
      const page = Math.floor(at / size);
      const end = Math.min(to, (page + 1) * size);
      bytes.set(this.#load(page).subarray(at - page * size, end - page * size), at - from);
      at = end;
    }
    return bytes;
  }

  #load(number: number): Uint8Array {
    if (this.#number === number + 1) return this.#page;
    this.#number = 0;
    this.image.copyPage(number + 1, this.#page);
    if (number === 0) patchHeader(this.#page, this.image);
    this.#number = number + 1;
    return this.#page;
  }
}

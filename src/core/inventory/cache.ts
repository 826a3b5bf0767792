import { mkdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { ConsolidationError } from '../errors';
import { writeFileAtomically } from '../files';
import { isHot } from '../sqlite/image/database-state';
import type { DatabaseState, FileState } from '../sqlite/image/database-state';
import type { InventoryDatabase } from './inventory';

/** Raise it whenever the inventory says more, or something else, of the same file. */
const FORMAT = 1;
/** Time stamps may be this coarse: a file written so shortly before is not remembered, since it may be written again unseen. */
const SETTLED_NS = 2_000_000_000n;

interface CacheFile {
  readonly format: number;
  readonly databases: Readonly<Record<string, { readonly state: string; readonly database: InventoryDatabase }>>;
}

/**
 * What earlier scans found, by the identity of the files: device, inode, size, times and first bytes (change counter, WAL
 * salts, journal nonce) of the database and its sidecars. A cache that is missing, damaged or from another version is empty.
 */
export class InventoryCache {
  readonly #known: Map<string, { readonly state: string; readonly database: InventoryDatabase }>;
  readonly #seen = new Map<string, { readonly state: string; readonly database: InventoryDatabase }>();
  #changed = false;

  private constructor(
    private readonly file: string | undefined,
    known: CacheFile['databases'],
  ) {
    this.#known = new Map(Object.entries(known));
  }

  /** @param directory undefined: nothing is remembered, and nothing written */
  static async open(directory: string | undefined): Promise<InventoryCache> {
    if (directory === undefined) return new InventoryCache(undefined, {});
    const file = path.join(directory, 'inventory.json');
    return new InventoryCache(file, await readCache(file));
  }

  get(database: string, state: DatabaseState): InventoryDatabase | undefined {
    const entry = this.#known.get(database);
    if (!entry || entry.state !== describeState(state)) return undefined;
    this.#seen.set(database, entry);
    return entry.database;
  }

  put(database: string, state: DatabaseState | undefined, found: InventoryDatabase): void {
    if (!state || !isSettled(state)) return;
    this.#changed = true;
    this.#seen.set(database, { state: describeState(state), database: found });
  }

  /** Writes what this scan has seen. A folder that cannot be written costs the next scan its time, nothing else. */
  async save(): Promise<void> {
    if (this.file === undefined || (!this.#changed && this.#seen.size === this.#known.size)) return;
    const content: CacheFile = { format: FORMAT, databases: Object.fromEntries(this.#seen) };
    try {
      await mkdir(path.dirname(this.file), { recursive: true });
      await writeFileAtomically(this.file, JSON.stringify(content));
    } catch (error) {
      const { code } = error as { code?: unknown };
      if (!(error instanceof ConsolidationError) && typeof code !== 'string') throw error;
    }
  }
}

async function readCache(file: string): Promise<CacheFile['databases']> {
  try {
    const content = JSON.parse(await readFile(file, 'utf8')) as CacheFile | null;
    return content?.format === FORMAT && typeof content.databases === 'object' ? content.databases : {};
  } catch {
    return {}; // Not there yet, or cut off: everything is inspected again.
  }
}

function describeState({ main, wal, journal }: DatabaseState): string {
  return [main, wal, journal].map(describeFile).join(' | ');
}

function describeFile(state: FileState | undefined): string {
  if (!state) return '-';
  const { device, inode, bytes, mtimeNs, ctimeNs, head } = state;
  return [device, inode, bytes, mtimeNs, ctimeNs, head].join(' ');
}

/** A hot journal is never remembered: whether it counts depends on its super-journal as well. */
function isSettled({ main, wal, journal }: DatabaseState): boolean {
  if (isHot(journal)) return false;
  const now = BigInt(Date.now()) * 1_000_000n;
  return [main, wal, journal].every(
    (state) => !state || (now - state.mtimeNs > SETTLED_NS && now - state.ctimeNs > SETTLED_NS),
  );
}

import { stat } from 'node:fs/promises';
import path from 'node:path';
import type { VerificationCheck } from '../results';
import { changedSince } from './backup';
import type { Manifest } from './backup';

/** Time stamps of files may be this coarse, in milliseconds: a write within it can leave the same one. */
const COARSE_MS = 50;

/**
 * Tells whether the legacy databases are what was backed up: their bytes are hashed at the begin, while other work goes on,
 * and once more at the end where size, time stamps or the file itself changed after that.
 */
export class LegacyWatch {
  #stamps = '';
  #checks: VerificationCheck[] = [];

  constructor(
    private readonly workspace: string,
    private readonly manifest: Manifest,
  ) {}

  async begin(signal?: AbortSignal): Promise<void> {
    const started = Date.now();
    const { stamps, newest } = await this.#look();
    // What was written just now could be written again unseen.
    this.#stamps = newest < started - COARSE_MS ? stamps : '';
    this.#checks = await this.#compare(signal);
  }

  async end(signal?: AbortSignal): Promise<VerificationCheck[]> {
    const { stamps } = await this.#look();
    return stamps === this.#stamps ? this.#checks : this.#compare(signal);
  }

  async #look(): Promise<{ readonly stamps: string; readonly newest: number }> {
    const files = this.manifest.databases.flatMap((database) => [
      ...database.files.map((file) => file.path),
      `${database.path}-wal`,
      `${database.path}-journal`,
    ]);
    let newest = 0;
    const stamps: string[] = [];
    for (const file of files) {
      const found = await stat(path.join(this.workspace, file), { bigint: true }).catch(() => undefined);
      stamps.push(found ? `${found.dev} ${found.ino} ${found.size} ${found.mtimeNs} ${found.ctimeNs}` : 'missing');
      if (found) newest = Math.max(newest, Number(found.mtimeMs), Number(found.ctimeMs));
    }
    return { stamps: stamps.join('\n'), newest };
  }

  async #compare(signal: AbortSignal | undefined): Promise<VerificationCheck[]> {
    const { workspace, manifest } = this;
    const changed = new Map(
      (await changedSince(workspace, manifest.databases, signal)).map(({ database, state }) => [database, state]),
    );
    return manifest.databases.map(({ path: database }) => ({
      name: `${database}: unchanged since the backup`,
      ok: !changed.has(database),
      expected: 'unchanged',
      actual: changed.get(database) ?? 'unchanged',
    }));
  }
}

import { appendFile, open, readFile, readdir } from 'node:fs/promises';
import path from 'node:path';
import { exists, makeDirectory, writeFileAtomically } from '../files';

/** Our folder in the workspace. It ignores itself, so that no run is committed by accident. */
export const STATE_DIRECTORY = '.sqlite-consolidator';
export const RUNS_DIRECTORY = `${STATE_DIRECTORY}/runs`;
export const BACKUPS_DIRECTORY = 'data/backups';

/** One line of `journal.jsonl`. What must survive a crash is written, and flushed, before it is done. */
export type JournalEntry =
  | { readonly event: 'started'; readonly planHash: string; readonly process: number }
  | { readonly event: 'phase'; readonly phase: 'preflight' | 'snapshot' | 'build' | 'verify' }
  | { readonly event: 'step' | 'step-done'; readonly index: number; readonly kind: string }
  | { readonly event: 'publishing'; readonly publications: readonly Publication[] }
  | { readonly event: 'published' }
  | { readonly event: 'backed-up' }
  | { readonly event: 'failed'; readonly code: string; readonly message: string }
  | { readonly event: 'rolling-back' }
  | { readonly event: 'rolled-back' };

/** The renames that put one target into place; enough to finish them or to undo them. Paths relative to the workspace. */
export interface Publication {
  readonly target: string;
  readonly staged: string;
  readonly path: string;
  readonly sha256: string;
  readonly bytes: number;
  /** Files that step aside for the target, where they exist: the legacy database at its path and any sidecar there. */
  readonly replaced: readonly { readonly from: string; readonly to: string; readonly sha256?: string }[];
}

/** `.sqlite-consolidator/runs/migration_YYYYMMDD_HHMMSS`. */
export class RunDirectory {
  readonly path: string;

  constructor(
    readonly workspace: string,
    readonly run: string,
  ) {
    this.path = path.join(workspace, RUNS_DIRECTORY, run);
  }

  /** Creates the directory of a new run, named after the local time; a later second when two runs start in one. */
  static async create(workspace: string, now = new Date()): Promise<RunDirectory> {
    const state = path.join(workspace, STATE_DIRECTORY);
    await makeDirectory(path.join(workspace, RUNS_DIRECTORY));
    const ignore = path.join(state, '.gitignore');
    if (!(await exists(ignore))) await writeFileAtomically(ignore, '*\n');
    for (let time = now; ; time = new Date(time.getTime() + 1000)) {
      const directory = new RunDirectory(workspace, runName(time));
      if ((await exists(directory.path)) || (await exists(directory.backup))) continue;
      await makeDirectory(directory.path);
      return directory;
    }
  }

  /** All runs of a workspace, oldest first. */
  static async list(workspace: string): Promise<RunDirectory[]> {
    const names = await readdir(path.join(workspace, RUNS_DIRECTORY)).catch(() => []);
    return names
      .filter((name) => /^migration_\d{8}_\d{6}$/.test(name))
      .sort()
      .map((name) => new RunDirectory(workspace, name));
  }

  get backup(): string {
    return path.join(this.workspace, BACKUPS_DIRECTORY, this.run);
  }

  get staging(): string {
    return path.join(this.path, 'staging');
  }

  file(name: string): string {
    return path.join(this.path, name);
  }

  /** Appends an entry and flushes it. */
  async journal(entry: JournalEntry): Promise<void> {
    const handle = await open(this.file('journal.jsonl'), 'a');
    try {
      await handle.appendFile(`${JSON.stringify({ time: new Date().toISOString(), ...entry })}\n`);
      await handle.sync();
    } finally {
      await handle.close();
    }
  }

  /** Every complete entry; a last line that a crash cut short is left out. */
  async entries(): Promise<(JournalEntry & { readonly time: string })[]> {
    const text = await readFile(this.file('journal.jsonl'), 'utf8').catch(() => '');
    return text
      .split('\n')
      .slice(0, -1)
      .flatMap((line) => {
        try {
          return [JSON.parse(line) as JournalEntry & { time: string }];
        } catch {
          return []; // a torn line is followed by nothing that counts
        }
      });
  }

  async log(line: string): Promise<void> {
    await appendFile(this.file('migration.log'), `${new Date().toISOString()} ${line}\n`);
  }

  async writeJson(name: string, value: unknown): Promise<void> {
    await writeFileAtomically(this.file(name), `${JSON.stringify(value, null, 2)}\n`);
  }

  async readJson<T>(name: string): Promise<T> {
    return JSON.parse(await readFile(this.file(name), 'utf8')) as T;
  }
}

function runName(time: Date): string {
  const two = (value: number) => String(value).padStart(2, '0');
  const date = `${time.getFullYear()}${two(time.getMonth() + 1)}${two(time.getDate())}`;
  return `migration_${date}_${two(time.getHours())}${two(time.getMinutes())}${two(time.getSeconds())}`;
}

import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll } from 'vitest';

/** Thousands of cases instead of dozens: `HEAVY=1 npx vitest run test/core/sqlite`. */
export const heavy = process.env.HEAVY === '1';

/** Seed of all random cases; `SEED=… npx vitest` repeats a run. Printed when a case fails. */
export const seed = process.env.SEED ?? '20';

const programs = path.join(__dirname, '../oracle');

/** Runs a Python program of `oracle/` and yields the JSON value on each line it prints. */
export async function* oracle<T>(program: string, ...args: (string | number)[]): AsyncGenerator<T> {
  const child = spawn('python3', [path.join(programs, program), ...args.map(String)], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let errors = '';
  child.stderr.on('data', (data: Buffer) => (errors += data.toString()));
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
  for await (const line of createInterface({ input: child.stdout })) yield JSON.parse(line) as T;
  if ((await ended) !== 0) throw new Error(`${program} failed: ${errors}`);
}

/** A folder for scratch files, removed after the tests of the file unless `KEEP` is set. */
export function scratchFolder(name: string): string {
  const folder = mkdtempSync(path.join(tmpdir(), `file-layer-${name}-`));
  afterAll(() => {
    if (process.env.KEEP === undefined) rmSync(folder, { recursive: true, force: true });
  });
  return folder;
}

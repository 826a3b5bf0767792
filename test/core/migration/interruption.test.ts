import { spawn } from 'node:child_process';
import { copyFileSync, cpSync, rmSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { makeCoffeeMaker } from '../../scenarios/coffee-maker/make.mjs';
import { cliJson } from '../../support/cli';
import { compareRows, fingerprint, temporaryWorkspace } from '../../support/workspace';

const ROOT = path.join(import.meta.dirname, '../../..');
const ATTEMPTS = Number(process.env.INTERRUPTIONS ?? 3);
const OURS = ['.sqlite-consolidator', 'data/backups'];

/** Runs the built command line and kills it after so many milliseconds. @returns whether it ended by itself before */
function migrateAndKill(workspace: string, milliseconds: number): Promise<boolean> {
  const child = spawn(
    process.execPath,
    [path.join(ROOT, 'dist/cli.js'), 'migrate', '--quiet', '--workspace', workspace],
    { stdio: 'ignore' },
  );
  const timer = setTimeout(() => child.kill('SIGKILL'), milliseconds);
  return new Promise((resolve) =>
    child.once('exit', (code) => {
      clearTimeout(timer);
      resolve(code !== null);
    }),
  );
}

/** A number from 0 to 1, the same for the same seed (mulberry32). */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let value = Math.imul(state ^ (state >>> 15), 1 | state);
    value = (value + Math.imul(value ^ (value >>> 7), 61 | value)) ^ value;
    return ((value ^ (value >>> 14)) >>> 0) / 4294967296;
  };
}

describe('a migration that is killed', () => {
  let original: string;
  let whole: number;

  beforeAll(async () => {
    // The folder of a hook is removed after the first test, so this one lives as long as the file: it is copied for each.
    original = path.join(ROOT, 'out', 'interruption');
    // A run that was stopped may have left it.
    rmSync(original, { recursive: true, force: true });
    await makeCoffeeMaker(original);
    copyFileSync(
      path.join(ROOT, 'test/scenarios/coffee-maker/consolidation.jsonc'),
      path.join(original, 'consolidation.jsonc'),
    );
    const workspace = temporaryWorkspace();
    cpSync(original, workspace, { recursive: true });
    const started = performance.now();
    expect(await migrateAndKill(workspace, 60_000)).toBe(true);
    whole = performance.now() - started;
  });

  it(`leaves everything as it was or finishes at the next start: ${ATTEMPTS} times`, { timeout: 600_000 }, async () => {
    const seed = Number(process.env.SEED ?? Date.now() % 1e9);
    console.log(`seed ${seed}`);
    const next = random(seed);
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const workspace = temporaryWorkspace();
      cpSync(original, workspace, { recursive: true });
      const before = fingerprint(workspace);
      const after = Math.round(whole * (0.3 + 0.8 * next()));
      await migrateAndKill(workspace, after);

      // Whatever the moment: no legacy file has changed, and the one in the target's place is there or put aside whole.
      const now = fingerprint(workspace, OURS);
      for (const [file, digest] of Object.entries(before)) {
        if (file !== 'data/roadmap.db') expect([after, file, now[file]]).toEqual([after, file, digest]);
      }
      const status = await cliJson(workspace, 'status');
      expect(status.value.version).toBe(1);
      const again = await cliJson(workspace, 'migrate');
      expect([after, again.value.error, again.exit]).toEqual([after, undefined, 0]);
      expect(['published', 'unchanged']).toContain(again.value.status);
      expect(compareRows(workspace, again.value.run).differences).toEqual([]);
      expect((await cliJson(workspace, 'rollback')).exit).toBe(0);
      expect(fingerprint(workspace, OURS)).toEqual(before);
    }
  });
});

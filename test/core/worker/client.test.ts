import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import esbuild from 'esbuild';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ConsolidationError } from '../../../src/core/errors';
import type { ProgressUpdate } from '../../../src/core/ports';
import type { ReferencesResult } from '../../../src/core/references/reference';
import { WorkerPipeline } from '../../../src/worker/client';

/** The channel itself, with a worker whose verbs do what each test needs; the product's verbs run in the tests of the editor. */

const folder = mkdtempSync(path.join(tmpdir(), 'worker-client-'));
const script = path.join(folder, 'worker.cjs');

const source = `
import { parentPort } from 'node:worker_threads';
import { ConsolidationError } from './src/core/errors';
import { serve } from './src/worker/serve';
const known = {};
const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
serve(parentPort, {
  async scan({ workspace, progress }) {
    for (let done = 1; done <= 1000; done++) {
      progress({ phase: 'scan', message: workspace, done, total: 1000, unit: 'files' });
      if (done % 100 === 0) await wait(1);
    }
    return { version: 1, workspace, databases: [], duplicates: [] };
  },
  async check({ signal }) {
    while (!signal.aborted) await wait(2);
    throw new ConsolidationError('CANCELLED', 'Cancelled.');
  },
  async migrate({ signal }) {
    while (!signal.aborted) await wait(2);
    await wait(30);
    throw new ConsolidationError('CANCELLED', 'Cancelled. Nothing was published.', { run: 'migration_1' });
  },
  async draft() {
    throw new ConsolidationError('PLAN_INVALID', 'The plan is broken.', { line: 3, big: 9007199254740993n });
  },
  async references({ workspace, changed, onReferences, signal }) {
    if (workspace !== '/lists') throw new TypeError('not foreseen');
    const name = (file) => (known[file] ??= { file });
    const result = (files) => ({ version: 1, filesScanned: files.length, milliseconds: 0, references: files.map(name) });
    onReferences?.(result(changed.slice(1)));
    await wait(1);
    return result(changed);
  },
  async status() { process.exit(7); },
  async verify() { while (true); },
  async refactor() { return () => 'a function cannot be sent'; },
});
`;

beforeAll(async () => {
  const root = path.join(__dirname, '../../..');
  await esbuild.build({
    stdin: { contents: source, resolveDir: root, loader: 'ts' },
    bundle: true,
    platform: 'node',
    outfile: script,
    logLevel: 'warning',
  });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const log: string[] = [];
let pipeline: WorkerPipeline;
const start = (options: { idleMilliseconds?: number } = {}) =>
  (pipeline = new WorkerPipeline({ script, log: (text) => log.push(text), ...options }));
afterEach(async () => {
  await pipeline.dispose();
  log.length = 0;
});

const options = { workspace: '/somewhere' };

describe('the pipeline in a worker', () => {
  it('starts with the first call and answers several at a time', async () => {
    start();
    expect(pipeline.running).toBe(false);
    const [a, b] = await Promise.all([pipeline.scan({ workspace: '/a' }), pipeline.scan({ workspace: '/b' })]);
    expect([a.workspace, b.workspace]).toEqual(['/a', '/b']);
  });

  it('reports progress without flooding the host, the last line always', async () => {
    start();
    const updates: ProgressUpdate[] = [];
    await pipeline.scan({ ...options, progress: (update) => updates.push(update) });
    expect(updates.length).toBeLessThan(50);
    expect(updates.at(-1)).toMatchObject({ done: 1000, total: 1000 });
  });

  it('carries errors over with code, sentence and details', async () => {
    start();
    const error = await pipeline.draft(options).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ConsolidationError);
    expect(error).toMatchObject({ code: 'PLAN_INVALID', message: 'The plan is broken.', details: { line: 3 } });
  });

  it('turns an unforeseen failure into INTERNAL and keeps its stack for the log', async () => {
    start();
    await expect(pipeline.references(options)).rejects.toMatchObject({ code: 'INTERNAL' });
    expect(log.join()).toContain('TypeError: not foreseen');
  });

  it('says lists of references by the ones before, also to calls that were cancelled in between', async () => {
    start();
    const filesOf = ({ references }: ReferencesResult) => references.map(({ file }) => file);
    const ask = async (files: string, signal?: AbortSignal) => {
      const early: string[][] = [];
      const onReferences = (found: ReferencesResult) => early.push(filesOf(found));
      const asked = { workspace: '/lists', changed: [...files], signal, onReferences };
      const result = await pipeline.references(asked);
      expect(early).toEqual([[...files].slice(1)]);
      expect(filesOf(result)).toEqual([...files]);
      return result;
    };
    await ask('abc');
    const controller = new AbortController();
    const cancelled = ask('xyz', controller.signal).catch(() => undefined);
    controller.abort();
    const second = await ask('bxca');
    await cancelled;
    const third = await ask('yxca');
    expect(third.references[2]).toBe(second.references[2]);
    await ask('');
    await ask('aabb');
  });

  it('rejects a result that cannot be sent instead of waiting for ever', async () => {
    start();
    await expect(pipeline.refactor({ ...options, write: false })).rejects.toMatchObject({ code: 'INTERNAL' });
  });

  it('ends a cancelled reading verb at once', async () => {
    start();
    const controller = new AbortController();
    const check = pipeline.check({ ...options, signal: controller.signal });
    controller.abort();
    await expect(check).rejects.toMatchObject({ code: 'CANCELLED' });
  });

  it('waits for what a cancelled writing verb says it left behind', async () => {
    start();
    const controller = new AbortController();
    const migration = pipeline.migrate({ ...options, mode: 'full', signal: controller.signal });
    setTimeout(() => controller.abort(), 20);
    await expect(migration).rejects.toMatchObject({ code: 'CANCELLED', details: { run: 'migration_1' } });
  });

  it('does not begin what was cancelled before', async () => {
    start();
    await expect(pipeline.scan({ ...options, signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: 'CANCELLED',
    });
    expect(pipeline.running).toBe(false);
  });

  it('rejects every call when the worker crashes, and the next call starts a new one', async () => {
    start();
    const check = pipeline.check(options);
    await expect(pipeline.status(options)).rejects.toMatchObject({ code: 'INTERNAL', message: /ended unexpectedly/ });
    await expect(check).rejects.toMatchObject({ code: 'INTERNAL' });
    expect((await pipeline.scan(options)).databases).toEqual([]);
  });

  it('ends an idle worker and starts it again when it is needed', async () => {
    start({ idleMilliseconds: 30 });
    await pipeline.scan(options);
    await expect.poll(() => pipeline.running).toBe(false);
    expect((await pipeline.scan(options)).databases).toEqual([]);
  });

  it('is gone within seconds after dispose, also when a verb never yields', async () => {
    start();
    const stuck = pipeline.verify(options).catch((error: unknown) => error);
    await pipeline.dispose();
    expect(await stuck).toMatchObject({ code: 'CANCELLED' });
    await expect(pipeline.scan(options)).rejects.toMatchObject({ code: 'CANCELLED' });
  });
});

import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { forgetScans, scanReferences, scanWithTexts } from '../../../src/core/references/scan';
import { openCodeFiles } from '../../../src/core/refactoring/code-files';
import { attachFixes } from '../../../src/core/refactoring/fixes';
import { KeptFixes } from '../../../src/core/refactoring/kept-fixes';
import type { ReferencesResult } from '../../../src/core/references/reference';
import { readCorpus, withWorkspace } from '../../references/corpus';
import type { CodeBase } from '../../references/corpus';
import { mergeAll } from './support';
import type { Database } from './support';

/** `HEAVY` is how many times the edits of an ordinary run; `SEED` repeats a run. */
const EDITS = 6 * Number(process.env.HEAVY || 1);
const SEED = Number(process.env.SEED || 20260);

function randomOf(seed: number): (limit: number) => number {
  let state = seed >>> 0;
  return (limit) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
}

type Found = Omit<ReferencesResult, 'milliseconds'>;

/** A code base that is edited, with the databases that are known at the moment. */
class Edited {
  readonly files: Map<string, string>;
  databases: Database[];
  private readonly fixes: KeptFixes;

  constructor(
    readonly base: CodeBase,
    readonly workspace: string,
    private readonly random: (limit: number) => number,
  ) {
    this.files = new Map(base.files);
    this.fixes = new KeptFixes(workspace);
    this.databases = base.databases.map(({ path, tables }) => ({ path, tables: [...tables] }));
  }

  private oneOf<T>(list: readonly T[]): T {
    return list[this.random(list.length)]!;
  }

  private async write(file: string, text: string): Promise<void> {
    this.files.set(file, text);
    this.changed.add(file);
    await mkdir(path.dirname(path.join(this.workspace, file)), { recursive: true });
    // Another modification time than that of a text of the same length.
    await rm(path.join(this.workspace, file), { force: true });
    await writeFile(path.join(this.workspace, file), text);
  }

  /** Files that a watcher would tell of since the last scan. */
  private readonly changed = new Set<string>();

  /** One edit as a person, a branch or a build makes it; a line that says what it was. */
  async step(): Promise<string> {
    const file = this.oneOf([...this.files.keys()]);
    const lines = this.files.get(file)!.split('\n');
    const at = this.random(lines.length);
    const kind = this.random(14);
    if (kind < 9) {
      const from = this.files.get(this.oneOf([...this.files.keys()]))!.split('\n');
      const word = /[A-Za-z_]\w{2,}/.exec(lines[at]!)?.[0];
      if (kind === 0) lines.splice(at, 1 + this.random(3));
      else if (kind === 1) lines.splice(at, 0, '');
      else if (kind === 2) lines[at] += file.endsWith('.py') ? ' # seen' : ' ';
      else if (kind === 3) lines.splice(at, 0, ...from.slice(this.random(from.length)).slice(0, 4));
      else if (kind === 4) [lines[at], lines[0]] = [lines[0]!, lines[at]!];
      else if (kind === 5 && word) lines[at] = lines[at]!.replaceAll(word, `${word}_2`);
      else if (kind === 6) lines[at] = lines[at]!.slice(0, this.random(lines[at]!.length + 1));
      else if (kind === 7 && word) {
        await this.write(file, lines.join('\n').replaceAll(word, `${word}_all`));
        return `${file}: ${word} everywhere`;
      } else
        lines[at] = lines[at]!.replace(/["']([^"']*)["']/, (text) => `"${this.oneOf(this.databases).path}" + ${text}`);
      await this.write(file, lines.join('\n'));
      return `${file}:${at + 1} ${kind}`;
    }
    if (kind === 9 && this.files.size > 2) {
      await rm(path.join(this.workspace, file));
      this.files.delete(file);
      this.changed.add(file);
      return `${file} removed`;
    }
    if (kind === 10) {
      const name = file.replace(/([^/]+)$/, 'moved_$1');
      this.files.set(name, this.files.get(file)!);
      this.files.delete(file);
      this.changed.add(file).add(name);
      await rename(path.join(this.workspace, file), path.join(this.workspace, name));
      return `${file} renamed`;
    }
    if (kind === 11) {
      const name = file.replace(/(\.\w+)$/, `_copy${this.random(100)}$1`);
      await this.write(name, this.files.get(file)!);
      return `${name} added`;
    }
    if (kind === 12 && this.databases.length > 1) {
      const gone = this.oneOf(this.databases);
      this.databases = this.databases.filter((each) => each !== gone);
      return `${gone.path} is no database`;
    }
    this.databases = [...this.databases, { path: `more/x${this.random(1000)}.db`, tables: ['settings', 'runs'] }];
    return 'a database more';
  }

  /** Half of the scans look at the whole tree, half at what a watcher tells. */
  async scan(workspace = this.workspace): Promise<Found> {
    const { databases } = this;
    const isOwn = workspace === this.workspace;
    const changed = isOwn && this.random(2) === 0 ? [...this.changed] : undefined;
    const plan = mergeAll(databases);
    // As for what code says of databases that it alone names: a search for others in between, of the same files.
    if (isOwn && this.random(3) === 0) await scanReferences({ workspace, databases: databases.slice(1), changed });
    const { found, texts } = await scanWithTexts({ workspace, databases, plan, changed });
    const look = { documents: {}, changed, scanned: (file: string) => texts.of(file) };
    const { milliseconds: _, ...fixed } = isOwn
      ? await this.fixes.attach(found, plan, look)
      : attachFixes(found, plan, openCodeFiles(workspace));
    if (isOwn) this.changed.clear();
    return fixed;
  }

  /** The same folder by another name, of which nothing is remembered. */
  async scanAnew(): Promise<Found> {
    const workspace = `${this.workspace}/`;
    forgetScans(workspace);
    return this.scan(workspace);
  }
}

describe(`after every edit the references and their fixes are those of a search from nothing (SEED=${SEED})`, async () => {
  for (const [number, base] of (await readCorpus()).entries())
    it(base.name, { timeout: 30_000 + EDITS * 2_000 }, () =>
      withWorkspace(base, async (workspace) => {
        const edited = new Edited(base, workspace, randomOf(SEED + number * 7919));
        const steps: string[] = [];
        await edited.scan();
        for (let edit = 0; edit < EDITS; edit++) {
          steps.push(await edited.step());
          expect(await edited.scan(), steps.join('\n')).toEqual(await edited.scanAnew());
        }
        forgetScans(workspace);
      }),
    );
});

it('a search for other databases in between takes nothing away', async () => {
  const [base] = await readCorpus();
  await withWorkspace(base!, async (workspace) => {
    const ask = (databases: readonly Database[]) => scanReferences({ workspace, databases, changed: [] });
    const first = await ask(base!.databases);
    await ask(base!.databases.slice(1));
    expect((await ask(base!.databases)).references).toBe(first.references);
  });
});

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ReferencesResult } from '../../../src/core/references/reference';
import { scanReferences } from '../../../src/core/references/scan';
import { makeCoffeeMaker } from '../../scenarios/coffee-maker/make.mjs';
import { mergeAll, tablesOf } from './support';

let workspace: string;
let result: ReferencesResult;

beforeAll(async () => {
  workspace = await mkdtemp(path.join(tmpdir(), 'references-'));
  await makeCoffeeMaker(workspace);
  const databases = await tablesOf(workspace);
  result = await scanReferences({ workspace, databases, plan: mergeAll(databases) });
});

afterAll(() => rm(workspace, { recursive: true, force: true }));

const shown = (kind: 'path' | 'table') =>
  result.references
    .filter((each) => each.kind === kind && each.role === 'code')
    .map((each) => `${each.file}:${each.line} ${each.table ?? each.text} ${each.database} ${each.resolution}`);

describe('coffee-maker', () => {
  it('finds every path where it is defined', () => {
    expect(shown('path')).toMatchSnapshot();
  });

  it('finds every table with the database that the statement runs on', () => {
    expect(shown('table')).toMatchSnapshot();
  });

  it('knows the databases of tests', () => {
    const found = result.references.filter((each) => each.role === 'test');
    expect(found.map((each) => [each.text, each.stale])).toEqual([['tmp_path / "notifications.db"', false]]);
  });

  it('reads configuration and documents', () => {
    const found = result.references.filter((each) => each.role === 'config' || each.role === 'documentation');
    expect(found.map((each) => `${each.file}:${each.line}:${each.column} ${each.database}`)).toEqual([
      '.env:2:18 data/notifications.db',
      '.env:3:17 data/metrics.db',
      'README.md:3:76 data/roadmap.db',
      'README.md:4:2 data/notifications.db',
      'config.yaml:3:9 data/roadmap.db',
      'config.yaml:4:18 data/notifications.db',
      'config.yaml:7:9 data/metrics.db',
      'docs/DATABASES.md:3:2 data/orchestrator.db',
      'docs/DATABASES.md:3:71 data/orchestrator.db',
    ]);
  });
});

import { cpSync, existsSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { makeArduinoTrader } from '../../scenarios/arduino-trader/make.mjs';
import { makeCoffeeMaker } from '../../scenarios/coffee-maker/make.mjs';
import { makeJarvis } from '../../scenarios/jarvis/make.mjs';
import { cliJson } from '../../support/cli';
import { compareRows, fingerprint, temporaryWorkspace } from '../../support/workspace';

const SCENARIOS = path.join(import.meta.dirname, '../../scenarios');
const OURS = ['.sqlite-consolidator', 'data/backups'];

interface TableFigures {
  readonly table: string;
  readonly rows: number;
  readonly moved: number;
  readonly superseded: number;
  readonly leftOut: number;
  readonly rejected: number;
  readonly retired: number;
  readonly to?: string;
  readonly reason?: string;
}

interface DatabaseFigures {
  readonly path: string;
  readonly action: string;
  readonly tables: readonly TableFigures[];
  readonly rows: { total: number; moved: number; superseded: number; retired: number; rejected: number };
}

interface Scanned {
  readonly path: string;
  readonly tables: readonly { name: string; kind: string; rows: number | null; shadowOf?: string }[];
}

interface Reported {
  readonly name: string;
  readonly tables: readonly {
    name: string;
    rows: number;
    sources: readonly { database: string; table: string; rows: number; digest?: string }[];
  }[];
}

/** Table by table: every row of the inventory once, where it went as the targets tell it, and a reason where it went nowhere. */
function expectProvenance(
  databases: readonly DatabaseFigures[],
  targets: readonly Reported[],
  inventory: readonly Scanned[],
): void {
  for (const { path: file, action, tables } of databases) {
    if (action === 'keep') continue;
    const scanned = (inventory.find((database) => database.path === file)?.tables ?? []).filter(
      ({ kind, shadowOf }) => kind !== 'view' && shadowOf === undefined,
    );
    expect([file, tables.map(({ table }) => table).sort()]).toEqual([file, scanned.map(({ name }) => name).sort()]);
    for (const fate of tables) {
      const at = `${file} ${fate.table}`;
      const known = scanned.find(({ name }) => name === fate.table)!;
      if (known.kind === 'table') expect([at, fate.rows]).toEqual([at, known.rows]);
      const { moved, superseded, leftOut, rejected, retired } = fate;
      expect([at, moved + superseded + leftOut + rejected + retired]).toEqual([at, fate.rows]);
      if (retired + leftOut > 0) expect([at, fate.reason]).toEqual([at, expect.stringMatching(/./)]);
      if (fate.to === undefined) continue;
      const [target, ...name] = fate.to.split('.');
      const told = targets
        .find((each) => each.name === target)!
        .tables.find((table) => table.name === name.join('.'))!
        .sources.find((source) => source.database === file && source.table === fate.table)!;
      expect([at, told.rows]).toEqual([at, moved]);
    }
  }
  const digests = targets.flatMap(({ tables }) => tables.flatMap(({ sources }) => sources)).map(({ digest }) => digest);
  expect(digests.filter((digest) => /^[0-9a-f]{32}$/.test(digest ?? '')).length).toBeGreaterThan(digests.length / 2);
}

describe.each([
  { name: 'coffee-maker', make: makeCoffeeMaker },
  { name: 'jarvis', make: makeJarvis },
  { name: 'arduino-trader', make: makeArduinoTrader },
])('$name', ({ name, make }) => {
  it('migrates without losing a row, as native SQLite sees it, and back', async () => {
    const workspace = temporaryWorkspace();
    await make(workspace);
    for (const file of ['consolidation.jsonc', 'schema']) {
      const from = path.join(SCENARIOS, name, file);
      if (existsSync(from)) cpSync(from, path.join(workspace, file), { recursive: true });
    }
    const before = fingerprint(workspace);
    const inventory = await cliJson(workspace, 'scan');
    const { exit, value } = await cliJson(workspace, 'migrate');
    expect(value.error).toBeUndefined();
    expect([exit, value.status]).toEqual([0, 'published']);

    // The provenance adds up: every row of the inventory has exactly one fate.
    for (const { path: file, action, rows } of value.databases as DatabaseFigures[]) {
      if (action === 'keep') continue;
      expect([file, rows.moved + rows.superseded + rows.retired + rows.rejected]).toEqual([file, rows.total]);
    }
    expectProvenance(value.databases as DatabaseFigures[], value.targets, inventory.value.databases);
    const { compared, differences } = compareRows(workspace, value.run);
    expect(differences).toEqual([]);
    expect(compared).toBeGreaterThan(1000);

    const rolledBack = await cliJson(workspace, 'rollback');
    expect(rolledBack.value.ok).toBe(true);
    expect(fingerprint(workspace, OURS)).toEqual(before);
  });
});

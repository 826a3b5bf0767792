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

interface DatabaseFigures {
  readonly path: string;
  readonly action: string;
  readonly rows: { total: number; moved: number; superseded: number; retired: number; rejected: number };
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
    const { exit, value } = await cliJson(workspace, 'migrate');
    expect(value.error).toBeUndefined();
    expect([exit, value.status]).toEqual([0, 'published']);

    // The provenance adds up: every row of the inventory has exactly one fate.
    for (const { path: file, action, rows } of value.databases as DatabaseFigures[]) {
      if (action === 'keep') continue;
      expect([file, rows.moved + rows.superseded + rows.retired + rows.rejected]).toEqual([file, rows.total]);
    }
    const { compared, differences } = compareRows(workspace, value.run);
    expect(differences).toEqual([]);
    expect(compared).toBeGreaterThan(1000);

    const rolledBack = await cliJson(workspace, 'rollback');
    expect(rolledBack.value.ok).toBe(true);
    expect(fingerprint(workspace, OURS)).toEqual(before);
  });
});

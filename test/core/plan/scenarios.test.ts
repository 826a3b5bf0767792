import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Inventory } from '../../../src/core/inventory/inventory';
import { scanDatabases } from '../../../src/core/inventory/scan';
import { checkPlan } from '../../../src/core/plan/check';
import { draftPlan, type DraftOptions } from '../../../src/core/plan/draft';
import { exportComparison } from '../../../src/core/plan/export-comparison';
import { exportMermaid, exportSvg } from '../../../src/core/plan/export-graph';
import { exportMapping, importMapping } from '../../../src/core/plan/export-mapping';
import { exportSchema } from '../../../src/core/plan/export-schema';
import { parsePlan, readPlan } from '../../../src/core/plan/read';
import { resolvePlan } from '../../../src/core/plan/resolve';
import type { ResolvedPlan } from '../../../src/core/plan/resolved';
import { makeArduinoTrader } from '../../scenarios/arduino-trader/make.mjs';
import { makeCoffeeMaker } from '../../scenarios/coffee-maker/make.mjs';
import { makeJarvis } from '../../scenarios/jarvis/make.mjs';
import { expectGolden } from './golden';

/** The conflicts that a draft has to report, `code table`, each with the reason why it is a true one. */
type Conflicts = Readonly<Record<string, string>>;

const JARVIS: Conflicts = {
  'SAME_NAME positions':
    'three bots keep positions in columns of their own: token_mint, mint, token; the seed merges them by hand',
  'SAME_NAME scorecard':
    'four files have the same table; their databases go to core and analytics, the seed wants one table',
  'FOREIGN_KEY_AMBIGUOUS treasury_orders':
    'its position_id means positions of another file, and there are three such tables',
};
const COFFEE_MAKER: Conflicts = {
  'SAME_NAME schema_metadata': 'two files document their tables in it; the seed merges them',
  'SAME_NAME notifications': 'two tables with nothing in common; the seed keeps them apart',
};
const ARDUINO_TRADER: Conflicts = {
  'SAME_NAME scores': 'state.db and calculations.db both keep them; the seed makes one table of both',
};

interface Draft extends DraftOptions {
  readonly conflicts: Conflicts;
}

const SCENARIOS: Readonly<
  Record<
    string,
    {
      make: (directory: string) => Promise<void>;
      files: number;
      drafts: Readonly<Record<string, Draft>>;
    }
  >
> = {
  'coffee-maker': {
    make: makeCoffeeMaker,
    files: 9,
    drafts: {
      into: { into: 'data/roadmap.db', conflicts: COFFEE_MAKER },
      domains: {
        into: 'data/roadmap.db',
        prefix: 'domain',
        keep: { 'data/metrics.db': 'written by an external service' },
        conflicts: COFFEE_MAKER,
      },
      byUse: { conflicts: COFFEE_MAKER },
    },
  },
  jarvis: {
    make: makeJarvis,
    files: 35,
    drafts: {
      three: { targets: ['core', 'analytics', 'cache'], conflicts: JARVIS },
      settled: {
        targets: ['core', 'analytics', 'cache'],
        resolve: {
          FOREIGN_KEY_AMBIGUOUS: 'relation',
          SAME_NAME: 'rename-apart',
          'SAME_NAME@scorecard': 'merge-with-discriminator',
        },
        conflicts: {},
      },
      byUse: { conflicts: JARVIS },
    },
  },
  'arduino-trader': {
    make: makeArduinoTrader,
    files: 78,
    drafts: {
      eight: {
        targets: ['universe', 'config', 'ledger', 'portfolio', 'satellites', 'agents', 'history', 'cache'],
        conflicts: ARDUINO_TRADER,
      },
      byUse: { conflicts: ARDUINO_TRADER },
    },
  },
};

describe.each(Object.entries(SCENARIOS))('%s', (name, scenario) => {
  const committed = path.resolve('test/scenarios', name);
  const golden = (file: string) => path.join(committed, 'golden', file);
  let workspace: string;
  let inventory: Inventory;

  beforeAll(async () => {
    workspace = await mkdtemp(path.join(tmpdir(), `scenario-${name}-`));
    await scenario.make(workspace);
    await copyFile(path.join(committed, 'consolidation.jsonc'), path.join(workspace, 'consolidation.jsonc'));
    inventory = await scanDatabases(workspace);
  });
  afterAll(() => rm(workspace, { recursive: true, force: true }));

  it('has all the files of the seed', () => {
    expect(inventory.databases).toHaveLength(scenario.files);
  });

  it.each(Object.entries(scenario.drafts))(
    'drafts a valid plan with the true conflicts and no other: %s',
    async (wish, { conflicts, ...options }) => {
      const draft = await draftPlan(inventory, { name, ...options });
      const open = draft.findings.filter(({ severity }) => severity !== 'info');
      expect(open.map(({ code, table }) => `${code} ${table}`).sort()).toEqual(Object.keys(conflicts).sort());
      for (const { details, resolutions } of open) {
        // Both sides with their figures, and more than one way out.
        if (details?.sides)
          for (const side of details.sides as { rows: number }[]) expect(side.rows).toBeGreaterThanOrEqual(0);
        expect(resolutions!.length).toBeGreaterThan(1);
      }
      expect((await checkPlan(parsePlan(draft.text), inventory)).ok).toBe(true);
      expect(parsePlan(draft.text).plan).toEqual(draft.plan);
      expect((await draftPlan(inventory, { name, ...options })).text).toBe(draft.text);
      await expectGolden(golden(`draft-${wish}.jsonc`), draft.text);
    },
  );

  describe('the finished plan', () => {
    let resolved: ResolvedPlan;
    let document: Awaited<ReturnType<typeof readPlan>>;

    beforeAll(async () => {
      document = await readPlan('consolidation.jsonc', { workspace });
      resolved = (await checkPlan(document, inventory)).resolved;
    });

    it('leaves nothing open, and every table has exactly one disposition', () => {
      expect(resolved.findings.filter(({ severity }) => severity !== 'info')).toEqual([]);
      expect(resolved.databases.map(({ path: file }) => file)).toEqual(
        inventory.databases.map(({ path: file }) => file).sort(),
      );
      for (const database of inventory.databases) {
        const planned = resolved.databases.find((candidate) => candidate.path === database.path)!;
        if (planned.action === 'keep' || planned.action === 'retire') expect(planned.reason).toBeTruthy();
        else
          expect(planned.tables.map(({ table }) => table).sort()).toEqual(
            database.tables
              .filter((table) => table.kind !== 'view' && !table.shadowOf)
              .map((table) => table.name)
              .sort(),
          );
      }
    });

    it('is exported as SQL, as a comparison, as a mapping and as a graph', async () => {
      for (const { file, text } of exportSchema(resolved)) await expectGolden(golden(`schema/${file}`), text);
      for (const { file, text } of [
        exportComparison(resolved, inventory),
        exportMapping(document.plan, resolved, inventory),
        exportMermaid(resolved),
        exportSvg(resolved),
      ])
        await expectGolden(golden(file), text);
    });

    it('reads its own mapping back without a change', () => {
      const { text } = exportMapping(document.plan, resolved, inventory);
      expect(importMapping(text, document)).toBe(document.text);
    });

    it('resolves to the same tables with its own exported schema', async () => {
      const schemas = new Map(exportSchema(resolved).map(({ file, text }) => [file, text]));
      const plan = structuredClone(document.plan);
      for (const [target, planned] of Object.entries(plan.targets)) {
        planned.schema = `${target}.sql`;
      }
      const again = await resolvePlan(plan, inventory, { readText: async (file) => schemas.get(file)! });
      expect(again.findings.filter(({ severity }) => severity !== 'info')).toEqual([]);
      expect(again.targets.map((target) => target.views)).toEqual(resolved.targets.map((target) => target.views));
      const shape = (value: ResolvedPlan) =>
        value.targets.map((target) =>
          Object.fromEntries(
            target.tables.map(({ name: table, sql, indexes, columns, primaryKey, sources }) => [
              table,
              { sql, indexes: indexes.map((index) => index.sql), columns, primaryKey, sources },
            ]),
          ),
        );
      expect(shape(again)).toEqual(shape(resolved));
    });
  });
});

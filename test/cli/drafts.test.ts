import { describe, expect, it } from 'vitest';
import { makeArduinoTrader } from '../scenarios/arduino-trader/make.mjs';
import { makeCoffeeMaker } from '../scenarios/coffee-maker/make.mjs';
import { makeJarvis } from '../scenarios/jarvis/make.mjs';
import { cliJson } from '../support/cli';
import { temporaryWorkspace } from '../support/workspace';

const EIGHT = 'universe,config,ledger,portfolio,satellites,agents,history,cache';

/** What a draft proposes is not only a plan that check accepts: it can be carried out, and every row arrives. */
describe('a draft that nobody has touched', () => {
  it.each([
    ['jarvis', makeJarvis, ['--targets', 'core,analytics,cache']],
    ['jarvis', makeJarvis, ['--resolve']],
    ['coffee-maker', makeCoffeeMaker, ['--into', 'data/roadmap.db', '--prefix', 'domain']],
    ['arduino-trader', makeArduinoTrader, ['--targets', EIGHT]],
  ])('of %s is checked, migrated and verified', async (_, make, wishes) => {
    const workspace = temporaryWorkspace();
    await make(workspace);
    const draft = await cliJson(workspace, 'draft', ...wishes);
    expect([draft.exit, draft.value.ok]).toEqual([0, true]);
    expect((await cliJson(workspace, 'check')).value.ok).toBe(true);
    const { value } = await cliJson(workspace, 'migrate');
    expect([value.status, value.error]).toEqual(['published', undefined]);
    expect(value.verification.ok).toBe(true);
    // Every row of a merged database is moved, superseded as the plan says, or retired.
    for (const { action, rows } of value.databases)
      if (action === 'merge') expect(rows.moved + rows.superseded + rows.retired).toBe(rows.total);
  });
});

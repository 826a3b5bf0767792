import { describe, expect, it } from 'vitest';
import { parse } from 'jsonc-parser';
import { editPlan } from '../../../src/core/plan/edit';
import { parsePlan } from '../../../src/core/plan/read';
import type { Plan } from '../../../src/core/plan/definition';
import type { MappingEdit } from '../../../src/protocol/mapping';
import { mappingEdits } from '../../../src/vscode/mappingEdits';

const plan = `{
  "version": 1,
  "name": "shop", // the shop
  "targets": {
    "core": { "path": "data/core.db" },
    "history": { "path": "data/history.db" }
  },
  "sources": {
    // the ledger
    "data/ledger.db": {
      "action": "merge",
      "tables": {
        "trades": { "to": "core.trades", "keys": "renumber" }, // ids collide
        "log": { "retire": "debug rows" }
      }
    },
    "history/*.db": {
      "action": "merge",
      "tables": { "prices": { "to": "history.prices", "discriminator": { "symbol": "\${stem}" } } }
    },
    "data/metrics.db": { "action": "keep", "reason": "external" }
  }
}
`;

/** The plan after an edit; it must still follow the format, and keep its comments. */
function after(edit: MappingEdit): Plan['sources'] {
  const text = editPlan(plan, mappingEdits(parse(plan), edit));
  for (const comment of ['// the shop', '// the ledger', '// ids collide'])
    if (!(edit.kind === 'database' && edit.database === 'data/ledger.db')) expect(text).toContain(comment);
  return parsePlan(text).plan.sources;
}

describe('edits of the Mapping view', () => {
  it('moves a table under another name and keeps what else is said of it', () => {
    const edit = {
      kind: 'move',
      database: 'data/ledger.db',
      table: 'TRADES',
      target: 'history',
      name: 'deals',
    } as const;
    expect(after(edit)['data/ledger.db'].tables?.trades).toEqual({ to: 'history.deals', keys: 'renumber' });
  });

  it('retires a table, and moves it again', () => {
    const retired = after({ kind: 'retire', database: 'data/ledger.db', table: 'trades', reason: 'old' });
    expect(retired['data/ledger.db'].tables?.trades).toEqual({ retire: 'old' });
    const moved = after({ kind: 'move', database: 'data/ledger.db', table: 'log', target: 'core', name: 'log' });
    expect(moved['data/ledger.db'].tables?.log).toEqual({ to: 'core.log' });
  });

  it('changes one database of a pattern and leaves the others as they are', () => {
    const sources = after({ kind: 'move', database: 'history/ABC.db', table: 'prices', target: 'core', name: 'abc' });
    expect(sources['history/*.db'].tables?.prices.to).toBe('history.prices');
    expect(sources['history/ABC.db']).toEqual({
      action: 'merge',
      tables: { prices: { to: 'core.abc', discriminator: { symbol: '${stem}' } } },
    });
  });

  it('keeps, retires and rebuilds whole databases', () => {
    const kept = after({ kind: 'database', database: 'data/ledger.db', action: 'keep', reason: 'still written' });
    expect(kept['data/ledger.db']).toEqual({ action: 'keep', reason: 'still written' });
    const rebuilt = after({ kind: 'database', database: 'data/ledger.db', action: 'rebuild', reason: 'a cache' });
    expect(rebuilt['data/ledger.db']).toMatchObject({ action: 'rebuild', reason: 'a cache' });
  });

  it('merges a database that was kept: into the first target until it is said otherwise', () => {
    const sources = after({ kind: 'database', database: 'data/metrics.db', action: 'merge', reason: '' });
    expect(sources['data/metrics.db']).toEqual({ action: 'merge', to: 'core' });
  });

  it('takes a database in that the plan did not name', () => {
    const sources = after({ kind: 'retire', database: 'data/new.db', table: 't "quoted"', reason: 'empty' });
    expect(sources['data/new.db']).toEqual({ action: 'merge', tables: { 't "quoted"': { retire: 'empty' } } });
  });
});

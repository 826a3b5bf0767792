import { beforeAll, describe, expect, it } from 'vitest';
import type { Inventory } from '../../../src/core/inventory/inventory';
import { planCompletions } from '../../../src/core/plan/completions';
import { inventoryFromSql } from './inventory-from-sql';

let inventory: Inventory;
beforeAll(async () => {
  inventory = await inventoryFromSql({
    'data/a.db':
      'CREATE TABLE positions (id INTEGER PRIMARY KEY, "pn""l" REAL NOT NULL); CREATE TABLE trades (x); CREATE VIEW open AS SELECT 1;',
    'history/AAPL.db': 'CREATE TABLE prices (date TEXT PRIMARY KEY, close)',
    'history/AMD.db': 'CREATE TABLE prices (date TEXT PRIMARY KEY, close)',
  });
});

/** The offers at `|`. */
function at(text: string): string[] {
  const offset = text.indexOf('|');
  return planCompletions(text.replace('|', ''), offset, inventory).map(({ label }) => label);
}

/** The text after the first offer at `|` is taken. */
function taken(text: string, label?: string): string {
  const offset = text.indexOf('|');
  const clean = text.replace('|', '');
  const offers = planCompletions(clean, offset, inventory);
  const { range, insertText } = offers.find((offer) => label === undefined || offer.label === label)!;
  return clean.slice(0, range.offset) + insertText + clean.slice(range.offset + range.length);
}

describe('planCompletions', () => {
  it('offers databases that have no entry yet', () => {
    expect(at('{ "sources": { "data/a.db": {}, | } }')).toEqual(['history/AAPL.db', 'history/AMD.db']);
    expect(taken('{ "sources": { "da|" } }')).toBe('{ "sources": { "data/a.db": { "action": "merge" } } }');
  });

  it('offers tables and views of the database, also of a pattern', () => {
    expect(at('{ "sources": { "data/a.db": { "tables": { "trades": {}, "|" } } } }')).toEqual(['positions', 'open']);
    expect(at('{ "sources": { "history/*.db": { "tables": { | } } } }')).toEqual(['prices']);
    expect(
      taken('{ "targets": { "core": {} }, "sources": { "history/*.db": { "tables": { "p|": { "x": 1 } } } } }'),
    ).toContain('"prices": { "x": 1 }');
  });

  it('offers columns, quoted as JSON', () => {
    expect(at('{ "sources": { "data/a.db": { "tables": { "positions": { "columns": { | } } } } } }')).toEqual([
      'id',
      'pn"l',
    ]);
    expect(
      taken('{ "sources": { "data/a.db": { "tables": { "positions": { "columns": { | } } } } } }', 'pn"l'),
    ).toContain('{ "pn\\"l": "" }');
    expect(at('{ "sources": { "data/a.db": { "tables": { "positions": { "keys": { "last": "|" } } } } } }')).toEqual([
      'id',
      'pn"l',
    ]);
  });

  it('offers targets, unified tables and profiles', () => {
    const plan =
      '{ "targets": { "core": {}, "x": { "profile": "P" } }, "sources": { "data/a.db": { "tables": { "trades": { "to": "core.deals" }, "positions": { "to": "T" } } } } }';
    expect(at(plan.replace('"T"', '"|"'))).toEqual(['core.positions', 'core.deals', 'x.positions']);
    expect(at(plan.replace('"P"', '"|"'))).toEqual(['standard', 'ledger', 'cache']);
    expect(at('{ "targets": { "core": {} }, "rollout": { "stages": [{ "targets": ["|"] }] } }')).toEqual(['core']);
    expect(at('{ "targets": { "core": {} }, "checks": [{ "target": "|" }] }')).toEqual(['core']);
  });

  it('offers nothing where the schema speaks, and never fails on half a text', () => {
    const text =
      '{ "version": 1, "targets": { "core": { "path": "x.db" } }, "sources": { "data/a.db": { "action": "merge", "tables": { "positions": { "to": "core.p" } } } } }';
    for (let end = 0; end <= text.length; end++) planCompletions(text.slice(0, end), end, inventory);
    expect(at('{ | }')).toEqual([]);
  });
});

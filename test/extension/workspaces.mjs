// The workspaces that extension-host and UI tests open, by name.
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { makeCoffeeMaker } from '../scenarios/coffee-maker/make.mjs';

const scenarios = path.join(import.meta.dirname, '../scenarios');

const workspaces = {
  /** Nine databases, the code that uses them, and the finished plan. */
  async 'coffee-maker'(folder) {
    await makeCoffeeMaker(folder);
    copyFileSync(path.join(scenarios, 'coffee-maker/consolidation.jsonc'), path.join(folder, 'consolidation.jsonc'));
  },
  /** The same without a plan: one click has to draft it. */
  async 'one-click'(folder) {
    await makeCoffeeMaker(folder);
  },
  /** A plan with errors, and a database that is cut off. */
  async 'bad-input'(folder) {
    mkdirSync(folder, { recursive: true });
    writeFileSync(path.join(folder, 'cut.db'), Buffer.from('SQLite format 3\0').subarray(0, 16));
    writeFileSync(path.join(folder, 'main.py'), 'import sqlite3\n\nconnection = sqlite3.connect("cut.db")\n');
    writeFileSync(
      path.join(folder, 'consolidation.jsonc'),
      '{\n  "version": 1,\n  "name": "bad",\n  "targets": { "core": { "path": "../core.db" } },\n  "sources": { "cut.db": { "action": "burn" } }\n}\n',
    );
  },
};

/** @param {string} name @param {string} folder absolute path of an empty folder */
export function makeWorkspace(name, folder) {
  if (!(name in workspaces)) throw new Error(`There is no test workspace ${name}.`);
  return workspaces[name](folder);
}

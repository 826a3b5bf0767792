// The workspaces that extension-host and UI tests open, by name.
import { execFileSync } from 'node:child_process';
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
  /** Code alone. */
  async 'no-databases'(folder) {
    writeFileSync(path.join(folder, 'main.py'), 'print("no database here")\n');
  },
  /** Two databases, a page of one of them overwritten, and a plan that merges both. */
  async corrupt(folder) {
    execFileSync('python3', ['-B', '-c', TWO_DATABASES], { cwd: folder });
    const merge = (table) => ({ action: 'merge', tables: { [table]: { to: `core.${table}` } } });
    const plan = {
      version: 1,
      name: 'corrupt',
      targets: { core: { path: 'core.db' } },
      sources: { 'good.db': merge('good'), 'broken.db': merge('broken') },
    };
    writeFileSync(path.join(folder, 'consolidation.jsonc'), JSON.stringify(plan, null, 2));
  },
};

const TWO_DATABASES = `
import sqlite3
for name in ("good", "broken"):
    connection = sqlite3.connect(name + ".db")
    connection.execute(f"CREATE TABLE {name} (id INTEGER PRIMARY KEY, note TEXT)")
    connection.executemany(f"INSERT INTO {name} VALUES (?, ?)", [(i, "note %d" % i) for i in range(2000)])
    connection.commit()
    connection.close()
with open("broken.db", "r+b") as file:
    file.seek(2 * 4096)
    file.write(b"\\xff" * 64)
`;

/** @param {string} name @param {string} folder absolute path of an empty folder */
export function makeWorkspace(name, folder) {
  if (!(name in workspaces)) throw new Error(`There is no test workspace ${name}.`);
  return workspaces[name](folder);
}

import { describe, expect, it } from 'vitest';
import { parseCodeBase } from '../../references/corpus';
import { measureCodeBase } from '../../references/measure';

/**
 * How a path gets to the place that opens it and a statement to its connection, in the forms of libraries and languages.
 * Two databases have the same table, so that only the way from one to the other tells which is meant.
 */
const DATABASES = `== databases
data/plants.db: beds seeds
data/herbs.db: beds jars
`;

const FLOWS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  TypeScript: {
    'a package of the workspace by its name, with what package.json exports': `
== package.json
{ "workspaces": ["libs/*"] }
== libs/files/package.json
{ "name": "@garden/where", "exports": { ".": { "types": "./dist/index.d.ts", "default": "./dist/index.js" }, "./herbs": "./dist/herbs.js" } }
== libs/files/src/index.ts
import { join } from 'node:path';
export { Base } from './base';
export const PLANTS = join('data', 'plants.db'); ⟦data/plants.db⟧
== libs/files/src/herbs.ts
export const HERBS = 'data/herbs.db'; ⟦data/herbs.db⟧
== libs/files/src/base.ts
import Database from 'better-sqlite3';
export abstract class Base {
  protected db;
  protected constructor(file: string) { this.db = new Database(file); }
}
== apps/web/src/beds.ts
import { Base, PLANTS } from '@garden/where';
export class Beds extends Base {
  static of = () => new Beds(PLANTS);
  private constructor(file: string) { super(file); }
  all() { return this.db.prepare('SELECT * FROM beds').all(); } ⟦data/plants.db#beds⟧
}
== apps/web/src/jars.ts
import Database from 'better-sqlite3';
import { HERBS } from '@garden/where/herbs';
new Database(HERBS).prepare('DELETE FROM beds').run(); ⟦data/herbs.db#beds⟧
`,
    'paths of tsconfig.json, inherited, and imports of package.json': `
== tsconfig.base.json
{ "compilerOptions": { "baseUrl": ".", /* as in Nx */ "paths": { "@files/*": ["tools/files/*"], "where": ["tools/where.ts"] } } }
== apps/one/tsconfig.json
{ "extends": "../../tsconfig.base.json", "compilerOptions": {} }
== apps/one/main.ts
import Database from 'better-sqlite3';
import { plants } from '@files/plants';
import herbs from 'where';
new Database(plants).exec('DELETE FROM beds'); ⟦data/plants.db#beds⟧
new Database(herbs).exec('DELETE FROM beds'); ⟦data/herbs.db#beds⟧
== tools/files/plants.ts
export const plants = 'data/plants.db'; ⟦data/plants.db⟧
== tools/where.ts
export default 'data/herbs.db'; ⟦data/herbs.db⟧
== jobs/package.json
{ "imports": { "#lib/*": "./source/*.js" } }
== jobs/source/at.js
export const at = 'data/herbs.db'; ⟦data/herbs.db⟧
== jobs/run.js
import Database from 'better-sqlite3';
import { at } from '#lib/at';
new Database(at).exec('DELETE FROM beds'); ⟦data/herbs.db#beds⟧
`,
    'a statement that is told to run on a connection': `
== a.ts
import Database from 'better-sqlite3';
import { Kysely, SqliteDialect, sql } from 'kysely';
const garden = new Kysely<unknown>({ dialect: new SqliteDialect({ database: new Database('data/herbs.db') }) }); ⟦data/herbs.db⟧
export async function grow(name: string): Promise<void> {
  await sql\`INSERT INTO beds (name) VALUES (\${name})\`.execute(garden); ⟦data/herbs.db#beds⟧
  const { rows } = await sql.raw('SELECT name FROM beds').execute(garden); ⟦data/herbs.db#beds⟧
}
`,
    'an await around a statement that nothing is known of': `
== a.ts
import { query } from 'somewhere';
export const all = async () => await query\`SELECT name FROM jars\`.through(pool); ⟦data/herbs.db#jars⟧
`,
    'defaults of command lines': `
== parse-args.mjs
import Database from 'better-sqlite3';
import { parseArgs } from 'node:util';
const { values } = parseArgs({ options: { file: { type: 'string', default: 'data/herbs.db' } } }); ⟦data/herbs.db⟧
new Database(values.file).exec('DELETE FROM beds'); ⟦data/herbs.db#beds⟧
== commander.ts
import Database from 'better-sqlite3';
import { Command } from 'commander';
const program = new Command();
program.option('-p, --plant-file <path>', 'where plants are', 'data/plants.db'); ⟦data/plants.db⟧
program.parse();
new Database(program.opts().plantFile).exec('DELETE FROM beds'); ⟦data/plants.db#beds⟧
program.command('herbs').option('--herbs <path>', 'where herbs are', 'data/herbs.db').action(({ herbs }) => { ⟦data/herbs.db⟧
  new Database(herbs).exec('DELETE FROM beds'); ⟦data/herbs.db#beds⟧
});
== yargs.ts
import Database from 'better-sqlite3';
import yargs from 'yargs';
const argv = yargs(process.argv).option('file', { default: 'data/plants.db' }).parseSync(); ⟦data/plants.db⟧
new Database(argv.file).exec('DELETE FROM beds'); ⟦data/plants.db#beds⟧
== minimist.js
const Database = require('better-sqlite3');
const argv = require('minimist')(process.argv.slice(2), { default: { file: 'data/herbs.db' } }); ⟦data/herbs.db⟧
new Database(argv.file).exec('DELETE FROM beds'); ⟦data/herbs.db#beds⟧
== meow.js
import Database from 'better-sqlite3';
import meow from 'meow';
const cli = meow('Usage', { importMeta: import.meta, flags: { file: { type: 'string', default: 'data/herbs.db' } } }); ⟦data/herbs.db⟧
new Database(cli.flags.file).exec('DELETE FROM beds'); ⟦data/herbs.db#beds⟧
`,
  },
  'any language': {
    'a name of which only the suffix is known': `
== a.py
import sqlite3
def one(name, folder):
    connection = sqlite3.connect(f"data/{name}.db") ⟦?data/plants.db⟧
    connection.execute("SELECT * FROM beds") ⟦?data/plants.db#beds⟧
    connection.execute("SELECT * FROM jars") ⟦data/herbs.db#jars⟧
    return sqlite3.connect(folder / f"{name}.sqlite3") ⟦-⟧
== b.ts
import Database from 'better-sqlite3';
export const open = (name: string) => new Database(\`\${name}.db\`); ⟦?data/plants.db⟧
== c.go
package c
func open(name string) { sql.Open("sqlite3", filepath.Join(dir(), name+".db")) } ⟦?data/plants.db⟧
`,
    'a sentence that begins as a statement does': `
== a.py
note("update jars set aside") ⟦-⟧
label("update jars set label") ⟦-⟧
QUERY = "UPDATE jars SET label = 'x'" ⟦data/herbs.db#jars⟧
`,
  },
};

describe.each(Object.entries(FLOWS))('%s', (_, flows) => {
  it.each(Object.entries(flows))('%s', async (name, text) => {
    const { failures } = await measureCodeBase(parseCodeBase(name, DATABASES + text.slice(1)));
    expect(failures).toEqual([]);
  });
});

// Code bases that are made for measurements, the same ones each time.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** A Python program that makes the databases of a tree: its folder, and a file with the list of them. */
export const DATABASES = `
import json, os, sqlite3, sys
for database in json.load(open(sys.argv[2])):
    path = os.path.join(sys.argv[1], database["path"])
    os.makedirs(os.path.dirname(path), exist_ok=True)
    connection = sqlite3.connect(path)
    for table in database["tables"]:
        connection.execute(f"CREATE TABLE {table} (id INTEGER PRIMARY KEY, value TEXT)")
    connection.commit()
`;

/** A tree of `count` files, most of them of no interest, with `candidates` files that use databases. */
export function makeTree(workspace, count, candidates, bytesPerFile) {
  rmSync(workspace, { recursive: true, force: true });
  let seed = 42;
  const random = (limit) => (seed = (seed * 1103515245 + 12345) & 0x7fffffff) % limit;
  const words =
    'account batch cache driver engine factory gateway handler index journal kernel ledger module node'.split(' ');
  const databases = Array.from({ length: 12 }, (_, n) => ({
    path: `data/${words[n]}.db`,
    tables: [`${words[n]}_rows`, `${words[n]}_events`, 'settings'],
  }));
  const filler = (bytes, comment) => {
    const lines = [];
    for (let size = 0; size < bytes;) {
      const [a, b, c] = [words[random(14)], words[random(14)], random(1000)];
      const line =
        comment === '#'
          ? `def ${a}_${b}_${c}(value):\n    return value + ${c}\n`
          : `function ${a}_${b}_${c}(value) {\n  return value + ${c};\n}\n`;
      lines.push(line);
      size += line.length;
    }
    return lines.join('\n');
  };
  for (let n = 0; n < count; n++) {
    const isPython = n % 3 !== 0;
    const directory = path.join(workspace, `src/part${n % 97}/${words[n % 14]}`);
    mkdirSync(directory, { recursive: true });
    const { path: file, tables } = databases[n % databases.length];
    const name = path.basename(file);
    let head = '';
    if (n % Math.floor(count / candidates) === 0)
      head = isPython
        ? `import sqlite3\nfrom pathlib import Path\nDATA = Path("data")\nDB = DATA / "${name}"\n\nclass Store${n}:\n    def __init__(self, path=DB):\n        self.connection = sqlite3.connect(path)\n\n    def rows(self):\n        return self.connection.execute("SELECT * FROM ${tables[0]}").fetchall()\n\n`
        : `import Database from 'better-sqlite3';\nimport path from 'node:path';\nconst db = new Database(path.join('data', '${name}'));\nexport const rows = () => db.prepare('SELECT * FROM ${tables[1]}').all();\n`;
    writeFileSync(
      path.join(directory, `file${n}.${isPython ? 'py' : 'ts'}`),
      head + filler(bytesPerFile, isPython ? '#' : '/'),
    );
  }
  return databases;
}

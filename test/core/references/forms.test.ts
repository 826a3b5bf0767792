import { describe, expect, it } from 'vitest';
import { scanTexts } from './support';

/** Ways of saying `data/app.db`, a file each; what is found must be certain, or likely where a directory is not known. */
const FORMS: Readonly<Record<string, readonly (readonly [string, string])[]>> = {
  py: [
    ['class attribute', 'class A:\n    DB = "data/app.db"\nsqlite3.connect(A.DB)'],
    [
      'instance attribute',
      'class A:\n    def __init__(self):\n        self.p = "data/app.db"\n    def go(self):\n        return sqlite3.connect(self.p)',
    ],
    ['parameter with default', 'def go(p="data/app.db"):\n    return sqlite3.connect(p)'],
    ['or', 'def go(p=None):\n    return sqlite3.connect(p or "data/app.db")'],
    ['conditional', 'def go(p=None):\n    return sqlite3.connect(p if p else "data/app.db")'],
    ['getenv', 'DB = os.getenv("A_DB", "data/app.db")\nsqlite3.connect(DB)'],
    ['environ.get', 'DB = os.environ.get("A_DB") or "data/app.db"\nsqlite3.connect(DB)'],
    ['parent', 'DB = Path(__file__).resolve().parent.parent / "data" / "app.db"\nsqlite3.connect(DB)'],
    ['parents[n]', 'DB = Path(__file__).parents[1] / "data/app.db"\nsqlite3.connect(DB)'],
    ['joinpath', 'DB = Path("data").joinpath("app.db")\nsqlite3.connect(DB)'],
    ['with_name', 'DB = Path("data/other.txt").with_name("app.db")\nsqlite3.connect(DB)'],
    ['with_suffix', 'DB = Path("data/app.txt").with_suffix(".db")\nsqlite3.connect(DB)'],
    [
      'os.path.join',
      'DB = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "data", "app.db")\nsqlite3.connect(DB)',
    ],
    ['f-string', 'D = "data"\nsqlite3.connect(f"{D}/app.db")'],
    ['%', 'sqlite3.connect("%s/app.db" % "data")'],
    ['% tuple', 'sqlite3.connect("%s/%s.db" % ("data", "app"))'],
    ['format', 'sqlite3.connect("{}/{name}.db".format("data", name="app"))'],
    ['concatenation', 'D = "data/"\nsqlite3.connect(D + "app" + ".db")'],
    ['URL', 'engine = create_engine("sqlite:///data/app.db")'],
    ['file URI', 'sqlite3.connect("file:data/app.db?mode=ro", uri=True)'],
    ['dict member', 'P = {"a": "data/app.db"}\nsqlite3.connect(P["a"])'],
    ['dict get', 'P = {"a": "data/app.db"}\nsqlite3.connect(P.get("a"))'],
    ['list member', 'P = ["data/app.db"]\nsqlite3.connect(P[0])'],
    ['helper', 'def get_db_path():\n    return os.path.join("data", "app.db")\nsqlite3.connect(get_db_path())'],
    ['dataclass', '@dataclass\nclass C:\n    db: str = "data/app.db"\nsqlite3.connect(C().db)'],
    ['walrus', 'if (p := Path("data/app.db")).exists():\n    sqlite3.connect(p)'],
    ['join of parts', 'sqlite3.connect("/".join(["data", "app.db"]))'],
    ['cwd', 'sqlite3.connect(Path.cwd() / "data" / "app.db")'],
    ['os.sep', 'sqlite3.connect("data" + os.sep + "app.db")'],
    ['enum', 'class D(str, Enum):\n    APP = "data/app.db"\nsqlite3.connect(D.APP.value)'],
  ],
  go: [
    [
      'struct field',
      'type C struct{ Path string }\nfunc open() { c := C{Path: "data/app.db"}; sql.Open("sqlite3", c.Path) }',
    ],
    ['const', 'const P = "data/app.db"\nfunc open() { sql.Open("sqlite3", P) }'],
    ['filepath.Join', 'func open() { sql.Open("sqlite3", filepath.Join("data", "app.db")) }'],
    ['Sprintf', 'func open() { sql.Open("sqlite3", fmt.Sprintf("%s/%s.db", "data", "app")) }'],
    ['concatenation', 'func open() { d := "data"; sql.Open("sqlite3", d+"/app.db") }'],
    ['getenv and if', 'func open() { p := os.Getenv("P"); if p == "" { p = "data/app.db" }; sql.Open("sqlite3", p) }'],
    [
      'getEnv',
      'func getEnv(k, d string) string { if v := os.Getenv(k); v != "" { return v }; return d }\nfunc open() { sql.Open("sqlite3", getEnv("P", "data/app.db")) }',
    ],
    ['URI', 'func open() { sql.Open("sqlite3", "file:data/app.db?mode=ro&cache=shared") }'],
    ['map', 'var M = map[string]string{"a": "data/app.db"}\nfunc open() { sql.Open("sqlite3", M["a"]) }'],
    ['slice', 'var L = []string{"data/app.db"}\nfunc open() { sql.Open("sqlite3", L[0]) }'],
    [
      'helper',
      'func path() string { return filepath.Join("data", "app.db") }\nfunc open() { sql.Open("sqlite3", path()) }',
    ],
    [
      'method helper',
      'type C struct{ dir string }\nfunc (c *C) path() string { return filepath.Join(c.dir, "app.db") }\nfunc open() { c := &C{dir: "data"}; sql.Open("sqlite3", c.path()) }',
    ],
    ['Dir and Base', 'func open() { sql.Open("sqlite3", filepath.Join(filepath.Dir("data/x.txt"), "app.db")) }'],
    ['Clean and Abs', 'func open() { p, _ := filepath.Abs(filepath.Clean("./data/app.db")); sql.Open("sqlite3", p) }'],
    [
      'runtime.Caller',
      'func open() { _, f, _, _ := runtime.Caller(0); sql.Open("sqlite3", filepath.Join(filepath.Dir(f), "..", "data", "app.db")) }',
    ],
    ['strings.Join', 'func open() { sql.Open("sqlite3", strings.Join([]string{"data", "app.db"}, "/")) }'],
    ['Getwd', 'func open() { d, _ := os.Getwd(); sql.Open("sqlite3", filepath.Join(d, "data", "app.db")) }'],
  ],
  ts: [
    ['property', "class A { private p = 'data/app.db'; go() { return new Database(this.p); } }"],
    ['static', "class A { static readonly P = 'data/app.db'; go() { return new Database(A.P); } }"],
    ['default', "function go(p = 'data/app.db') { return new Database(p); }"],
    ['destructured default', "function go({ p = 'data/app.db' } = {}) { return new Database(p); }"],
    ['??', "new Database(process.env.P ?? 'data/app.db');"],
    ['||', "const p = process.env['P'] || 'data/app.db'; new Database(p);"],
    ['conditional', "new Database(process.env.P ? process.env.P : 'data/app.db');"],
    ['path.join', "new Database(path.join(__dirname, '..', 'data', 'app.db'));"],
    ['path.resolve', "new Database(path.resolve('data', 'app.db'));"],
    ['path.dirname', "new Database(path.join(path.dirname('data/x.txt'), 'app.db'));"],
    ['URL', "new Database(new URL('../data/app.db', import.meta.url).pathname);"],
    ['fileURLToPath', "new Database(fileURLToPath(new URL('../data/app.db', import.meta.url)));"],
    ['import.meta.dirname', "new Database(path.join(import.meta.dirname, '../data/app.db'));"],
    ['template', "const d = 'data'; new Database(`${d}/app.db`);"],
    ['concatenation', "const d = 'data'; new Database(d + '/' + 'app.db');"],
    ['object', "const c = { db: { path: 'data/app.db' } } as const; new Database(c.db.path);"],
    ['index', "const c = { a: 'data/app.db' }; new Database(c['a']);"],
    ['array', "const c = ['data/app.db']; new Database(c[0]!);"],
    ['destructuring', "const { a } = { a: 'data/app.db' }; new Database(a);"],
    ['helper', "const dbPath = () => path.join('data', 'app.db'); new Database(dbPath());"],
    ['cwd', "new Database(path.join(process.cwd(), 'data', 'app.db'));"],
    ['path.sep', "new Database('data' + path.sep + 'app.db');"],
    ['join', "new Database(['data', 'app.db'].join('/'));"],
    ['enum', "enum P { App = 'data/app.db' } new Database(P.App);"],
    ['toString', "const u = new URL('../data/app.db', import.meta.url); new Database(fileURLToPath(u.toString()));"],
    ['file URL', "createClient({ url: 'file:data/app.db' });"],
    ['Object.freeze', "const c = Object.freeze({ a: 'data/app.db' }); new Database(c.a);"],
  ],
  java: [
    [
      'constant',
      'class A { static final String P = "jdbc:sqlite:data/app.db"; void go() throws Exception { DriverManager.getConnection(P); } }',
    ],
    [
      'Path.of',
      'class A { void go() throws Exception { DriverManager.getConnection("jdbc:sqlite:" + Path.of("data", "app.db")); } }',
    ],
    ['resolve', 'class A { Path p = Paths.get("data").resolve("app.db"); }'],
    ['String.format', 'class A { String p = String.format("%s/app.db", "data"); }'],
    ['getenv', 'class A { String p = System.getenv("P") != null ? System.getenv("P") : "data/app.db"; }'],
    ['getOrDefault', 'class A { String p = System.getenv().getOrDefault("P", "data/app.db"); }'],
    ['property', 'class A { String p = System.getProperty("p", "data/app.db"); }'],
    ['File', 'class A { File p = new File("data", "app.db"); }'],
  ],
  cs: [
    ['constant', 'class A { const string P = "Data Source=data/app.db"; void Go() { new SqliteConnection(P); } }'],
    ['Path.Combine', 'class A { string P = Path.Combine("data", "app.db"); }'],
    ['interpolation', 'class A { const string D = "data"; string P = $"{D}/app.db"; }'],
    ['string.Format', 'class A { string P = string.Format("{0}/app.db", "data"); }'],
    ['??', 'class A { string P = Environment.GetEnvironmentVariable("P") ?? "data/app.db"; }'],
    ['property', 'class A { public string P { get; set; } = "data/app.db"; }'],
  ],
  rs: [
    ['constant', 'const P: &str = "data/app.db";\nfn go() { rusqlite::Connection::open(P); }'],
    ['join', 'fn go() { let p = Path::new("data").join("app.db"); }'],
    ['format', 'fn go() { let p = format!("{}/app.db", "data"); }'],
    ['unwrap_or', 'fn go() { let p = std::env::var("P").unwrap_or("data/app.db".to_string()); }'],
    ['unwrap_or_else', 'fn go() { let p = std::env::var("P").unwrap_or_else(|_| "data/app.db".into()); }'],
    ['concat', 'fn go() { let p = concat!("data/", "app.db"); }'],
  ],
  rb: [
    ['constant', 'P = "data/app.db"\nSQLite3::Database.new(P)'],
    ['File.join', 'P = File.join("data", "app.db")'],
    ['interpolation', 'D = "data"\nP = "#{D}/app.db"'],
    ['fetch', 'P = ENV.fetch("P", "data/app.db")'],
    ['||', 'P = ENV["P"] || "data/app.db"'],
    ['expand_path', 'P = File.expand_path("../data/app.db", __dir__)'],
    ['Pathname', 'P = Pathname.new("data").join("app.db")'],
    ['format', 'P = format("%s/app.db", "data")'],
  ],
  php: [
    ['constant', "const P = 'data/app.db';\nnew SQLite3(P);"],
    ['__DIR__', "$p = __DIR__ . '/../data/app.db';"],
    ['dirname', "$p = dirname(__DIR__) . '/data/app.db';"],
    ['getenv', "$p = getenv('P') ?: 'data/app.db';"],
    ['??', "$p = $_ENV['P'] ?? 'data/app.db';"],
    ['sprintf', "$p = sprintf('%s/app.db', 'data');"],
    ['interpolation', '$d = "data";\n$p = "{$d}/app.db";'],
    ['implode', "$p = implode('/', ['data', 'app.db']);"],
  ],
  cpp: [
    ['define', '#define P "data/app.db"\nvoid go() { sqlite3_open(P, &db); }'],
    ['constexpr', 'constexpr auto P = "data/app.db";'],
    ['path', 'std::filesystem::path p = std::filesystem::path("data") / "app.db";'],
    ['concatenation', 'std::string p = std::string("data") + "/app.db";'],
    ['getenv', 'const char *e = std::getenv("P");\nstd::string p = e ? e : "data/app.db";'],
    ['adjacent', 'const char *p = "data/" "app.db";'],
  ],
  sh: [
    ['variable', 'P=data/app.db\nsqlite3 "$P" .tables'],
    ['default', 'P="${DB_PATH:-data/app.db}"'],
    ['join', 'D=data\nsqlite3 "$D/app.db" .tables'],
    ['directory', 'R="$(cd "$(dirname "$0")/.." && pwd)"\nsqlite3 "$R/data/app.db" .tables'],
  ],
};

const HEADS: Readonly<Record<string, string>> = {
  java: 'import java.io.File;\nimport java.nio.file.Path;\nimport java.nio.file.Paths;\nimport java.sql.DriverManager;\n',
  cs: 'using System;\nusing System.IO;\nusing Microsoft.Data.Sqlite;\n',
  rs: 'use std::path::Path;\n',
  rb: "require 'sqlite3'\n",
  php: '<?php\n',
  cpp: '#include <filesystem>\n#include <sqlite3.h>\n#include <string>\n',
  sh: '#!/bin/bash\n',
  py: 'import os\nimport sqlite3\nfrom dataclasses import dataclass\nfrom enum import Enum\nfrom pathlib import Path\nfrom sqlalchemy import create_engine\n',
  go: 'package app\n\nimport (\n\t"database/sql"\n\t"fmt"\n\t"os"\n\t"path/filepath"\n\t"runtime"\n\t"strings"\n)\n\n',
  ts: "import Database from 'better-sqlite3';\nimport path from 'node:path';\nimport { fileURLToPath } from 'node:url';\nimport { createClient } from '@libsql/client';\n",
};

describe.each(Object.keys(FORMS))('forms of a path: %s', (extension) => {
  it.each(FORMS[extension]!)('%s', async (_name, code) => {
    const file = `app/main.${extension}`;
    const databases = [{ path: 'data/app.db', tables: ['users'] }];
    const { references } = await scanTexts({ [file]: `${HEADS[extension]!}${code}\n` }, databases);
    expect(references.filter(({ stale }) => stale)).toMatchObject([
      { database: 'data/app.db', resolution: 'certain', target: 'core' },
    ]);
  });
});

describe('what a path is relative to', () => {
  const code = `${HEADS.py!}A = "data/app.db"\nB = Path(__file__).parent / "data" / "app.db"\n`;

  it('is told: the directory of the process, or of the file', async () => {
    const { references } = await scanTexts({ 'main.py': code }, [{ path: 'data/app.db', tables: [] }]);
    expect(references).toMatchObject([
      { database: 'data/app.db', base: 'process', resolution: 'certain' },
      { database: 'data/app.db', base: 'file', resolution: 'certain' },
    ]);
  });

  it('decides between two files of the same path: one is certain, the other is reported with both', async () => {
    const databases = ['data/app.db', 'services/a/data/app.db'].map((path) => ({ path, tables: [] }));
    const { references } = await scanTexts({ 'services/a/main.py': code }, databases);
    expect(references).toMatchObject([
      {
        resolution: 'unknown',
        note: 'data/app.db where the process runs in the workspace folder, services/a/data/app.db where it runs nearer to this file',
      },
      { database: 'services/a/data/app.db', base: 'file', resolution: 'certain' },
    ]);
  });
});

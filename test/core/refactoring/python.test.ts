import { describe, expect, it } from 'vitest';
import { checkPython, plan, refactor, reference } from './support';
import type { Reference } from '../../../src/core/references/reference';

/** The text after the fix of the references to `snippets`; it must be Python. */
function fixed(source: string, references: readonly Reference[], options: Parameters<typeof refactor>[2] = {}): string {
  const { text, result } = refactor(source, references, options);
  expect(result.left).toEqual([]);
  checkPython(text);
  return text;
}

describe('path expressions in Python', () => {
  it('opens a database through connect, the further arguments kept', () => {
    const source = 'import sqlite3\n\n\ndef load():\n    return sqlite3.connect("data/jarvis.db", timeout=5)\n';
    expect(fixed(source, [reference(source, '"data/jarvis.db"', { shape: 'connect' })])).toBe(
      'from core.databases import connect\n\n\ndef load():\n    return connect("core", timeout=5)\n',
    );
  });

  it('accepts the whole call as the place, too', () => {
    const source =
      'import sqlite3\nc = sqlite3.connect(database="data/jarvis.db", timeout=5)\nprint(sqlite3.version)\n';
    const call = 'sqlite3.connect(database="data/jarvis.db", timeout=5)';
    expect(fixed(source, [reference(source, call, { shape: 'connect' })])).toBe(
      'import sqlite3\n\nfrom core.databases import connect\nc = connect("core", timeout=5)\nprint(sqlite3.version)\n',
    );
  });

  it('keeps a Path a Path and takes unused imports and constants away', () => {
    const source = [
      '"""Taxes."""',
      'from __future__ import annotations',
      '',
      'import os',
      'from pathlib import Path',
      '',
      'BASE = Path(__file__).parent',
      'NAME = "tax.db"',
      'DB = BASE / "data" / NAME',
      'print(os.name)',
      '',
    ].join('\n');
    const text = fixed(source, [
      reference(source, 'BASE / "data" / NAME', { shape: 'path-object', database: 'data/tax.db' }),
    ]);
    expect(text).toBe(
      [
        '"""Taxes."""',
        'from __future__ import annotations',
        '',
        'import os',
        '',
        'from core.databases import database_path',
        '',
        'DB = database_path("core")',
        'print(os.name)',
        '',
      ].join('\n'),
    );
  });

  it('keeps a constant that another file uses', () => {
    const source = 'from pathlib import Path\n\nBASE = Path(__file__).parent\nDB = BASE / "data" / "tax.db"\n';
    const ref = reference(source, 'BASE / "data" / "tax.db"', { shape: 'path-object', database: 'data/tax.db' });
    const other = { 'other.py': 'from app import BASE\n' };
    expect(fixed(source, [ref], { files: other })).toContain('BASE = Path(__file__).parent\n');
    expect(fixed(source, [ref], { files: { 'other.py': 'import app\nprint(app.BASE)\n' } })).toContain('BASE =');
    expect(fixed(source, [ref], { files: { 'other.py': 'BASE = 1\n' } })).not.toContain('BASE');
  });

  it('replaces str(…) over several lines as one expression', () => {
    const source =
      'from pathlib import Path\n\n\nclass Store:\n    def __init__(self, path=None):\n        self.path = path or str(\n' +
      '            Path(__file__).parent / "data" / "tax.db"\n        )\n';
    const inner = reference(source, 'Path(__file__).parent / "data" / "tax.db"', { shape: 'path-object' });
    const text = fixed(source, [inner]);
    expect(text).toContain('self.path = path or str(database_path("core"))\n');
    expect(text).not.toContain('pathlib');
  });

  it('gives a string where a string is expected', () => {
    const source = "def run(db_path: str = 'data/jarvis.db') -> None:\n    pass\n";
    expect(fixed(source, [reference(source, "'data/jarvis.db'")])).toBe(
      "from core.databases import database_path\n\ndef run(db_path: str = str(database_path('core'))) -> None:\n    pass\n",
    );
  });

  it('changes the default of an environment variable, not the variable', () => {
    const source = 'import os\n\nDB = os.getenv(\n    "JARVIS_DB",\n    "data/jarvis.db",\n)\n';
    expect(fixed(source, [reference(source, '"data/jarvis.db"')])).toContain(
      'os.getenv(\n    "JARVIS_DB",\n    str(database_path("core")),\n)',
    );
    const whole = 'import os\nDB = os.environ.get("JARVIS_DB", "data/jarvis.db")\n';
    expect(fixed(whole, [reference(whole, 'os.environ.get("JARVIS_DB", "data/jarvis.db")')])).toContain(
      'DB = os.environ.get("JARVIS_DB", str(database_path("core")))\n',
    );
  });

  it('keeps a directory that an environment variable or a parameter decides', () => {
    const source =
      'import os\nfrom pathlib import Path\n\nBASE = Path(os.getenv("DATA_DIR", "data"))\nDB = BASE / "jarvis.db"\n\n\n' +
      'class A:\n    def __init__(self, data_dir="data"):\n        self.p = os.path.join(data_dir, "jarvis.db")\n';
    const text = fixed(source, [
      reference(source, 'BASE / "jarvis.db"', { shape: 'path-object' }),
      reference(source, 'os.path.join(data_dir, "jarvis.db")'),
    ]);
    expect(text).toBe(source.replaceAll('jarvis.db', 'core.db'));
    const away = { ...plan(), targets: [{ ...plan().targets[0], path: 'unified/core.db' }] };
    const { result, text: same } = refactor(
      source,
      [reference(source, 'BASE / "jarvis.db"', { shape: 'path-object' })],
      {
        plan: away,
      },
    );
    expect(same).toBe(source);
    expect(result.left[0].note).toContain('environment variable');
  });

  it('knows URLs and URIs', () => {
    const source =
      'import os\nimport sqlite3\nURL = os.getenv("DATABASE_URL", "sqlite+aiosqlite:///data/jarvis.db?timeout=5")\n' +
      'c = sqlite3.connect("file:data/jarvis.db?mode=ro", uri=True)\n';
    const text = fixed(source, [
      reference(source, '"sqlite+aiosqlite:///data/jarvis.db?timeout=5"', { shape: 'url' }),
      reference(source, '"file:data/jarvis.db?mode=ro"', { shape: 'connect' }),
    ]);
    expect(text).toContain('database_url("core", scheme="sqlite+aiosqlite", query="timeout=5"))');
    expect(text).toContain('sqlite3.connect(database_uri("core", query="mode=ro"), uri=True)');
    expect(text).toContain('from core.databases import database_uri, database_url\n');
  });

  it('writes doc strings, comments and parts of strings anew as text', () => {
    const source = '"""Reads data/jarvis.db."""\n# see data/jarvis.db\nprint("reading data/jarvis.db now")\n';
    const text = fixed(
      source,
      [1, 2, 3].map((occurrence) => reference(source, 'data/jarvis.db', { shape: 'text', occurrence })),
    );
    expect(text).toBe(source.replaceAll('data/jarvis.db', 'data/core.db'));
  });

  it('takes a table named behind the path along', () => {
    const source = 'x = {"a": "data/jarvis.db:notifications", "b": "data/jarvis.db:other"}\n';
    const text = fixed(
      source,
      [1, 2].map((occurrence) => reference(source, 'data/jarvis.db', { shape: 'text', occurrence })),
    );
    expect(text).toBe('x = {"a": "data/core.db:notification_user", "b": "data/core.db:other"}\n');
  });

  it('keeps a bare file name bare: other code puts the directory in front of it', () => {
    const source = 'def db(name):\n    return DATA / name\n\n\nJ = db("jarvis.db")\n';
    const ref = reference(source, '"jarvis.db"', { shape: 'text' });
    expect(fixed(source, [ref])).toBe(source.replace('jarvis.db', 'core.db'));
    const away = plan({ targets: [{ ...plan().targets[0], path: 'unified/core.db' }] });
    expect(refactor(source, [ref], { plan: away }).text).toBe(source);
  });

  it('gives the import another name where the file has one of its own', () => {
    const source = 'import sqlite3\n\n\ndef connect():\n    return sqlite3.connect("data/jarvis.db")\n';
    const text = fixed(source, [reference(source, '"data/jarvis.db"', { shape: 'connect' })]);
    expect(text).toContain('from core.databases import connect as connect_database\n');
    expect(text).toContain('return connect_database("core")\n');
    const method =
      'import sqlite3\n\n\nclass A:\n    def connect(self):\n        return sqlite3.connect("data/jarvis.db")\n';
    expect(fixed(method, [reference(method, '"data/jarvis.db"', { shape: 'connect' })])).toContain(
      'return connect("core")',
    );
    const own = 'from sqlite3 import connect\nc = connect("data/jarvis.db")\n';
    const result = fixed(own, [reference(own, '"data/jarvis.db"', { shape: 'connect' })]);
    expect(result).toBe('from core.databases import connect as connect_database\nc = connect_database("core")\n');
  });

  it('keeps quotes that work inside an f-string', () => {
    const source = 'from pathlib import Path\nprint(f"size {Path(\'data/jarvis.db\').stat().st_size}")\n';
    // The place lies inside the string, so its path alone is written anew.
    expect(fixed(source, [reference(source, "'data/jarvis.db'")])).toContain("Path('data/core.db')");
  });

  it('does not touch patterns, broken files, changed files and retired databases', () => {
    const cases: [string, Reference][] = [];
    const add = (source: string, text: string, more: Partial<Reference> = {}) =>
      cases.push([source, reference(source, text, more)]);
    add('match x:\n    case "data/jarvis.db":\n        pass\n', '"data/jarvis.db"');
    add('x = ("data/jarvis.db"\n', '"data/jarvis.db"');
    add('x = "data/old.db"\n', '"data/old.db"', { database: 'data/old.db', target: undefined });
    add('x = "data/jarvis.db"\n', '"data/jarvis.db"', { resolution: 'likely' });
    for (const [source, ref] of cases) {
      const { text, result } = refactor(source, [ref]);
      expect(text).toBe(source);
      expect(result.left).toHaveLength(1);
      expect(result.files).toEqual([]);
    }
    const { result } = refactor('x = "data/other.db"\n', [reference('x = "data/jarvis.db"\n', '"data/jarvis.db"')]);
    expect(result.left[0].note).toContain('changed');
  });

  it('respects the comment that sets a place aside', () => {
    for (const source of [
      'x = "data/jarvis.db"  # sqlite-consolidator: ignore\n',
      '# sqlite-consolidator: ignore on purpose\nx = "data/jarvis.db"\n',
    ])
      expect(refactor(source, [reference(source, '"data/jarvis.db"')]).text).toBe(source);
  });

  it('replaces table names inside SQL text alone', () => {
    const source =
      'c.execute("""SELECT n.id, n.message\n    FROM "notifications" n, notifications""")\nnotifications = 1\n';
    const table = { kind: 'table', table: 'notifications', shape: 'text' } as const;
    const text = fixed(source, [
      reference(source, '"notifications"', table),
      reference(source, 'notifications', { ...table, occurrence: 2 }),
    ]);
    expect(text).toBe(
      'c.execute("""SELECT n.id, n.message\n    FROM "notification_user" n, notification_user""")\nnotifications = 1\n',
    );
  });

  it('carries the legacy file where the plan asks for the flag', () => {
    const source = 'import sqlite3\nc = sqlite3.connect("data/jarvis.db")\n';
    const flagged = { ...plan(), access: { python: { module: 'core.databases', flag: true } } };
    const text = fixed(source, [reference(source, '"data/jarvis.db"', { shape: 'connect' })], { plan: flagged });
    expect(text).toContain('c = connect("core", legacy="data/jarvis.db")\n');
    expect(refactor(text, [reference(text, '"data/jarvis.db"')], { plan: flagged }).text).toBe(text);
  });

  it('uses the functions of the project where the plan maps them', () => {
    const mapped = {
      ...plan(),
      access: { python: { module: 'core.db', connect: 'get_{target}_db({arguments})', path: 'get_{target}_path()' } },
    };
    const source = 'import sqlite3\nc = sqlite3.connect("data/jarvis.db", timeout=5)\np = "data/jarvis.db"\n';
    const { text, result } = refactor(
      source,
      [
        reference(source, '"data/jarvis.db"', { shape: 'connect' }),
        reference(source, '"data/jarvis.db"', { occurrence: 2 }),
      ],
      { plan: mapped },
    );
    expect(text).toBe(
      'from core.db import get_core_db, get_core_path\nc = get_core_db(timeout=5)\np = str(get_core_path())\n',
    );
    expect(result.files.map((file) => file.file)).toEqual(['app.py']);
  });
});

describe('imports in Python', () => {
  const connect = (source: string, files: Record<string, string> = {}) =>
    fixed(source, [reference(source, '"data/jarvis.db"', { shape: 'connect' })], { files });

  it('extends an import of the module', () => {
    const source =
      'import sqlite3\nfrom core.databases import database_path\nprint(database_path, sqlite3.version)\nc = sqlite3.connect("data/jarvis.db")\n';
    expect(connect(source)).toContain('from core.databases import connect, database_path\n');
    const wrapped =
      'import sqlite3\nfrom core.databases import (\n    database_path,  # keep\n)\nprint(database_path, sqlite3.version)\nc = sqlite3.connect("data/jarvis.db")\n';
    expect(connect(wrapped)).toContain('    database_path, connect,  # keep\n');
  });

  it('keeps the order of the first-party group', () => {
    const source = [
      'import json',
      'import sqlite3',
      '',
      'import requests',
      '',
      'from core.alerts import alert',
      'from core.zebra import zebra',
      'from .local import thing',
      '',
      'print(json, requests, alert, zebra, thing)',
      'c = sqlite3.connect("data/jarvis.db")',
      '',
    ].join('\n');
    expect(connect(source, { 'core/__init__.py': '' })).toContain(
      'import json\n\nimport requests\n\nfrom core.alerts import alert\nfrom core.databases import connect\nfrom core.zebra import zebra\nfrom .local',
    );
  });

  it('stays out of TYPE_CHECKING blocks and behind shebang, doc string and __future__', () => {
    const source = [
      '#!/usr/bin/env python3',
      '# -*- coding: utf-8 -*-',
      '"""Doc."""',
      'from __future__ import annotations',
      'from typing import TYPE_CHECKING',
      '',
      'if TYPE_CHECKING:',
      '    from core.databases import connect as other',
      '',
      'import sqlite3',
      '',
      'def load():',
      '    return sqlite3.connect("data/jarvis.db")',
      '',
    ].join('\n');
    const text = connect(source);
    expect(text).toContain(
      '    from core.databases import connect as other\n\nfrom core.databases import connect\n\ndef',
    );
  });

  it('makes the module reachable for a script in another folder', () => {
    const source = 'import sqlite3\n\nc = sqlite3.connect("data/jarvis.db")\n';
    const ref = reference(source, '"data/jarvis.db"', { shape: 'connect', file: 'scripts/deep/report.py' });
    const text = fixed(source, [ref], { files: { 'core/__init__.py': '' } });
    expect(text).toContain(
      'sys.path.append(str(Path(__file__).resolve().parents[2]))\nfrom core.databases import connect\n',
    );
    const both =
      'import sqlite3\nimport sys\nfrom pathlib import Path\n\nc = sqlite3.connect(Path("data/jarvis.db"))\n';
    const path = reference(both, 'Path("data/jarvis.db")', { shape: 'path-object', file: 'scripts/deep/report.py' });
    expect(fixed(both, [path], { files: { 'core/__init__.py': '' } })).toBe(
      'import sys\nfrom pathlib import Path\n\nsys.path.append(str(Path(__file__).resolve().parents[2]))\nfrom core.databases import connect\n\nc = connect("core")\n',
    );
    const reached = 'import sqlite3\nfrom core.alerts import x\n\nc = sqlite3.connect("data/jarvis.db")\nprint(x)\n';
    const other = reference(reached, '"data/jarvis.db"', { shape: 'connect', file: 'scripts/deep/report.py' });
    expect(fixed(reached, [other], { files: { 'core/__init__.py': '' } })).not.toContain('sys.path');
  });

  it('keeps Windows line breaks', () => {
    const source = 'import sqlite3\r\n\r\nc = sqlite3.connect("data/jarvis.db")\r\nprint(sqlite3)\r\n';
    const text = connect(source);
    expect(text.split('\n').every((line) => line === '' || line.endsWith('\r'))).toBe(true);
  });

  it('keeps imports with a comment, in __init__.py, and those that strings name', () => {
    const noqa = 'import sqlite3  # noqa: F401\n\nc = sqlite3.connect("data/jarvis.db")\n';
    expect(connect(noqa)).toContain('import sqlite3  # noqa: F401\n');
    const all = 'import sqlite3\n\n__all__ = ["sqlite3"]\nc = sqlite3.connect("data/jarvis.db")\n';
    expect(connect(all)).toContain('import sqlite3\n');
  });
});

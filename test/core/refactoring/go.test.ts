import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import type { Reference } from '../../../src/core/references/reference';
import { plan, refactor, reference } from './support';

const MODULE = { 'go.mod': 'module example.com/trader\n\ngo 1.19\n\nrequire github.com/mattn/go-sqlite3 v1.14.16\n' };
const hasGo = spawnSync('gofmt', ['-h']).error === undefined;

function place(source: string, text: string, more: Partial<Reference> & { occurrence?: number } = {}): Reference {
  return reference(source, text, { language: 'go', file: 'cmd/server/main.go', ...more });
}

function fixed(source: string, references: readonly Reference[], options: Parameters<typeof refactor>[2] = {}): string {
  const goPlan = plan({ access: { go: { package: 'internal/databases' } } });
  const { text, result } = refactor(source, references, {
    plan: goPlan,
    ...options,
    files: { ...MODULE, ...options.files },
  });
  expect(result.left).toEqual([]);
  if (hasGo) {
    const formatted = spawnSync('gofmt', [], { input: text, encoding: 'utf8' });
    expect(formatted.stderr).toBe('');
    expect(formatted.stdout).toBe(text);
  }
  return text;
}

describe('path expressions in Go', () => {
  it('opens a database through the package', () => {
    const source =
      'package main\n\nimport (\n\t"database/sql"\n\t"fmt"\n\n\t_ "github.com/mattn/go-sqlite3"\n)\n\nfunc main() {\n\tdb, err := sql.Open("sqlite3", "data/jarvis.db")\n\tfmt.Println(db, err)\n}\n';
    expect(fixed(source, [place(source, '"data/jarvis.db"', { shape: 'connect' })])).toBe(
      'package main\n\nimport (\n\t"fmt"\n\n\t_ "github.com/mattn/go-sqlite3"\n\n\t"example.com/trader/internal/databases"\n)\n\nfunc main() {\n\tdb, err := databases.Open("core")\n\tfmt.Println(db, err)\n}\n',
    );
  });

  it('keeps a type that is still used, and the order of the own packages', () => {
    const source =
      'package main\n\nimport (\n\t"database/sql"\n\n\t"example.com/trader/internal/alerts"\n\t"example.com/trader/internal/web"\n)\n\nvar db *sql.DB\n\nfunc main() {\n\tdb, _ = sql.Open("sqlite3", "data/jarvis.db")\n\talerts.Use(web.X)\n}\n';
    const text = fixed(source, [place(source, 'sql.Open("sqlite3", "data/jarvis.db")', { shape: 'connect' })]);
    expect(text).toContain('\t"database/sql"\n');
    expect(text).toContain(
      '/alerts"\n\t"example.com/trader/internal/databases"\n\t"example.com/trader/internal/web"\n',
    );
  });

  it('replaces joins and struct fields, and drops the import that Go would refuse', () => {
    const source =
      'package main\n\nimport "path/filepath"\n\ntype Config struct{ Path string }\n\nvar a = filepath.Join("data", "jarvis.db")\nvar b = Config{Path: "../data/jarvis.db"}\n';
    const text = fixed(source, [
      place(source, 'filepath.Join("data", "jarvis.db")'),
      place(source, '"../data/jarvis.db"'),
    ]);
    expect(text).toBe(
      'package main\n\nimport "example.com/trader/internal/databases"\n\ntype Config struct{ Path string }\n\nvar a = databases.Path("core")\nvar b = Config{Path: databases.Path("core")}\n',
    );
  });

  it('keeps a directory that is decided elsewhere, and what has to be constant', () => {
    const source =
      'package main\n\nimport (\n\t"os"\n\t"path/filepath"\n)\n\nconst path = "data/jarvis.db"\n\nconst (\n\tother = "data/jarvis.db"\n)\n\ntype h struct{ dataDir string }\n\nfunc (h h) open() (string, string, string) {\n\tdir := "data"\n\treturn filepath.Join(h.dataDir, "jarvis.db"), filepath.Join(os.Getenv("DATA"), "jarvis.db"), dir + "/jarvis.db"\n}\n';
    const text = fixed(source, [
      place(source, '"data/jarvis.db"'),
      place(source, '"data/jarvis.db"', { occurrence: 2 }),
      place(source, 'filepath.Join(h.dataDir, "jarvis.db")'),
      place(source, 'filepath.Join(os.Getenv("DATA"), "jarvis.db")'),
      place(source, 'dir + "/jarvis.db"'),
    ]);
    expect(text).toBe(source.replaceAll('jarvis.db', 'core.db'));
  });

  it('keeps the parameters of a data source name', () => {
    const source =
      'package main\n\nimport "database/sql"\n\nfunc main() {\n\t_, _ = sql.Open("sqlite3", "file:data/jarvis.db?mode=ro")\n}\n';
    expect(fixed(source, [place(source, '"file:data/jarvis.db?mode=ro"', { shape: 'connect' })])).toContain(
      'sql.Open("sqlite3", "file:"+databases.Path("core")+"?mode=ro")',
    );
  });

  it('renames tables in raw strings', () => {
    const source = 'package main\n\nvar q = `\n\tSELECT *\n\tFROM notifications\n`\n';
    const text = fixed(source, [
      place(source, 'notifications', { kind: 'table', table: 'notifications', shape: 'text' }),
    ]);
    expect(text).toContain('FROM notification_user\n');
  });
});

import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { ResolvedPlan } from '../../../src/core/plan/resolved';
import type { ReferencesResult, Role } from '../../../src/core/references/reference';
import { scanReferences } from '../../../src/core/references/scan';

export interface Database {
  readonly path: string;
  readonly tables: readonly string[];
}

const LIST = `
import json, os, shutil, sqlite3, sys, tempfile
found = []
for folder, folders, files in os.walk(sys.argv[1]):
    for name in files:
        if not name.endswith((".db", ".sqlite", ".sqlite3")):
            continue
        source = os.path.join(folder, name)
        copy = os.path.join(tempfile.mkdtemp(), "copy.db")
        for sidecar in ("", "-wal"):
            if os.path.exists(source + sidecar):
                shutil.copy(source + sidecar, copy + sidecar)
        rows = sqlite3.connect(copy).execute("SELECT name FROM sqlite_master WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite%'")
        found.append({"path": os.path.relpath(source, sys.argv[1]), "tables": [row[0] for row in rows]})
print(json.dumps(sorted(found, key=lambda each: each["path"])))
`;

/** Databases of a workspace with their tables, by Python's own SQLite. */
export function tablesOf(workspace: string): Database[] {
  return JSON.parse(execFileSync('python3', ['-c', LIST, workspace], { encoding: 'utf8' })) as Database[];
}

/** A plan that merges every table into `core`, under a new name. */
export function mergeAll(databases: readonly Database[]): ResolvedPlan {
  return {
    name: 'all',
    targets: [{ name: 'core', path: 'data/core_unified.db', profile: {}, tables: [], after: [], views: [] }],
    databases: databases.map((database) => ({
      path: database.path,
      action: 'merge',
      tables: database.tables.map((table) => ({
        table,
        action: 'move',
        target: 'core',
        name: `core_${table}`,
        renamed: {},
        discriminator: {},
      })),
    })),
    compatibility: { views: false, symlinks: false },
    checks: [],
    access: {},
    relations: [],
    findings: [],
  };
}

/** Scans files given as texts; the databases need no file, their names and tables are what counts. */
export async function scanTexts(
  files: Readonly<Record<string, string>>,
  databases: readonly Database[],
  plan: ResolvedPlan | undefined = mergeAll(databases),
  roles?: Readonly<Record<string, Role>>,
): Promise<ReferencesResult> {
  const workspace = await mkdtemp(path.join(tmpdir(), 'references-'));
  for (const [file, text] of Object.entries(files)) {
    await mkdir(path.dirname(path.join(workspace, file)), { recursive: true });
    await writeFile(path.join(workspace, file), text);
  }
  return scanReferences({ workspace, databases, plan, roles });
}

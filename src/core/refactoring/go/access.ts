import type { ResolvedPlan } from '../../plan/resolved';
import { accessSettings } from '../access-names';
import type { AccessSettings } from '../access-names';
import type { CodeFiles } from '../outcome';
import { fileExists } from '../python/access';

/** Where the access package of a Go module is. */
export interface GoAccess {
  readonly settings: AccessSettings;
  /** Workspace-relative directory of the package. */
  readonly directory: string;
  /** Directory of the Go module (of its `go.mod`), empty for the workspace folder. */
  readonly moduleDirectory: string;
  /** What `import` names, e.g. `example.com/trader/internal/databases`. */
  readonly importPath: string;
  /** Package name. */
  readonly name: string;
  /** Name under which the SQLite driver registers itself with database/sql, and its import. */
  readonly driver: { readonly name: string; readonly importPath?: string };
}

/** SQLite drivers of database/sql, by their module. */
const DRIVERS: readonly { module: string; name: string }[] = [
  { module: 'modernc.org/sqlite', name: 'sqlite' },
  { module: 'github.com/mattn/go-sqlite3', name: 'sqlite3' },
  { module: 'github.com/ncruces/go-sqlite3', name: 'sqlite3' },
  { module: 'github.com/glebarez/go-sqlite', name: 'sqlite' },
];

/** The access package: where the plan says, else `internal/databases` of the module that most of the users are in. */
export function locateGoAccess(plan: ResolvedPlan, files: CodeFiles, users: readonly string[]): GoAccess {
  const settings = accessSettings(plan, 'go');
  const code = files.list?.().filter((file) => file.endsWith('.go')) ?? users;
  const moduleDirectory =
    mostFrequent(code.map((file) => goModule(file, files)).filter((each) => each !== undefined)) ?? '';
  const wanted = settings.module ?? 'internal/databases';
  const directory =
    moduleDirectory === '' || wanted.startsWith(`${moduleDirectory}/`) ? wanted : `${moduleDirectory}/${wanted}`;
  const goMod = moduleDirectory === '' ? 'go.mod' : `${moduleDirectory}/go.mod`;
  const text = fileExists(files, goMod) ? files.read(goMod) : '';
  const moduleName = /^module\s+"?([^\s"]+)/m.exec(text)?.[1] ?? 'main';
  const inside = moduleDirectory === '' ? directory : directory.slice(moduleDirectory.length + 1);
  const known = DRIVERS.find((driver) => text.includes(driver.module));
  const given = plan.access.go?.driver;
  const name = typeof given === 'string' && given !== '' ? given : (known?.name ?? 'sqlite3');
  return {
    settings,
    directory,
    moduleDirectory,
    importPath: `${moduleName}/${inside}`,
    name: directory.slice(directory.lastIndexOf('/') + 1).replace(/\W/g, ''),
    driver: known ? { name, importPath: driverImport(known.module) } : { name },
  };
}

/** Directory of the `go.mod` that a file belongs to. */
export function goModule(file: string, files: CodeFiles): string | undefined {
  for (let at = file; at !== '';) {
    at = at.includes('/') ? at.slice(0, at.lastIndexOf('/')) : '';
    if (fileExists(files, at === '' ? 'go.mod' : `${at}/go.mod`)) return at;
  }
  return undefined;
}

function driverImport(module: string): string {
  return module === 'github.com/ncruces/go-sqlite3' ? `${module}/driver` : module;
}

function mostFrequent(values: readonly string[]): string | undefined {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))[0]?.[0];
}

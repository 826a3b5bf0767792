import { GENERATED_MARK } from '../../access-layer/generated';
import type { ResolvedPlan } from '../../plan/resolved';
import { accessSettings } from '../access-names';
import type { AccessFunction, AccessSettings } from '../access-names';
import type { CodeFiles } from '../outcome';
import type { PythonModule } from './module';

/** Where the access module of a workspace is, and how Python code reaches it. */
export interface PythonAccess {
  readonly settings: AccessSettings;
  /** `core.databases` */
  readonly module: string;
  /** Workspace-relative file, e.g. `src/core/databases.py`. */
  readonly file: string;
  /** Directory that has to be on `sys.path`, empty for the workspace folder. */
  readonly root: string;
}

/** What the lines before the import use. */
export const PREAMBLE_NAMES: readonly string[] = ['sys', 'Path'];

/** Names in the generated module, with the name taken where a file already has that one. */
export const PYTHON_NAMES: Readonly<Record<AccessFunction, { name: string; alias: string }>> = {
  connect: { name: 'connect', alias: 'connect_database' },
  path: { name: 'database_path', alias: 'target_database_path' },
  url: { name: 'database_url', alias: 'target_database_url' },
  uri: { name: 'database_uri', alias: 'target_database_uri' },
};

/**
 * The access module: where the plan says; else where an earlier refactoring put it; else `databases` in the largest
 * package of the workspace, or a `databases.py` in the workspace folder when there is none. The choice does not depend
 * on which references are being fixed.
 * @param users files that will import it, looked at when the workspace cannot be listed.
 */
export function locatePythonAccess(plan: ResolvedPlan, files: CodeFiles, users: readonly string[]): PythonAccess {
  const settings = accessSettings(plan, 'python');
  const code = files.list?.().filter((file) => file.endsWith('.py')) ?? users;
  const access = (root: string, module: string) => ({ settings, module, root, file: moduleFile(root, module) });
  if (settings.module !== undefined) return access(rootOf(settings.module, code, files), settings.module);
  const packages = topPackages(code, files);
  const candidates = packages.filter((found) => !/(^|\/)(tests?|docs|examples|scripts|node_modules)$/.test(found));
  const places = [mostFrequent(candidates) ?? '', ...new Set(candidates), ''];
  const names = ['databases', 'consolidated_databases'];
  const options = places.flatMap((place) => names.map((name) => ({ place, name, file: join(place, `${name}.py`) })));
  const chosen =
    options.find(({ file }) => isGenerated(files, file)) ??
    options.find(({ place, file }) => place === places[0] && !fileExists(files, file)) ??
    options[0];
  const { place, name } = chosen;
  return access(dirname(place), place === '' ? name : `${baseName(place)}.${name}`);
}

/** The directory in which `module` lies: one that has it, else one that has its package, else the workspace folder. */
function rootOf(module: string, code: readonly string[], files: CodeFiles): string {
  const roots = ['', 'src', 'lib', 'python', ...new Set(topPackages(code, files).map(dirname))];
  const hasModule = roots.find((root) => fileExists(files, moduleFile(root, module)));
  if (hasModule !== undefined || !module.includes('.')) return hasModule ?? '';
  const parent = module.split('.')[0];
  return roots.find((root) => fileExists(files, join(root, parent, '__init__.py'))) ?? '';
}

function isGenerated(files: CodeFiles, file: string): boolean {
  return fileExists(files, file) && files.read(file).slice(0, 2000).includes(GENERATED_MARK);
}

/**
 * What has to stand before `import` so that the module is found when the file is run as a script from its own
 * directory; nothing when the file's own imports show that the root is on `sys.path` already.
 */
export function importPreamble(module: PythonModule, access: PythonAccess, files: CodeFiles): string[] {
  const root = sourceRoot(module.file, files);
  if (root === access.root) return [];
  const top = access.module.split('.')[0];
  const directory = dirname(module.file);
  const reached = module.imports.some((statement) => {
    const names = statement.kind === 'from' ? [statement.module] : statement.names.map((name) => name.name);
    return names.some((name) => {
      const first = name.split('.')[0];
      if (first === '') return false;
      if (first === top) return true;
      return isModuleAt(files, access.root, first) && !isModuleAt(files, directory, first);
    });
  });
  if (reached) return [];
  const up = climb(directory, access.root);
  if (up === undefined) return [];
  const inside = access.root
    .split('/')
    .filter((part) => part !== '')
    .slice(up.common);
  const parents = `Path(__file__).resolve().parents[${up.levels}]`;
  const path = [parents, ...inside.map((part) => JSON.stringify(part))].join(' / ');
  const isBound = (name: string) =>
    module.imports.some((statement) => statement.topLevel && statement.names.some((each) => each.bound === name));
  const imports = ['import sys', 'from pathlib import Path'].filter((_, at) => !isBound(PREAMBLE_NAMES[at]));
  return [...imports, ...(imports.length > 0 ? [''] : []), `sys.path.append(str(${path}))`];
}

/** Is `name` a module or package beside the access module's top-level package? */
export function isFirstParty(name: string, access: PythonAccess, files: CodeFiles): boolean {
  return name === access.module.split('.')[0] || isModuleAt(files, access.root, name);
}

/** Directory that `import` starts from for this file: above its outermost package, else its own directory. */
function sourceRoot(file: string, files: CodeFiles): string {
  const found = topPackage(file, files);
  if (found === undefined) return dirname(file);
  return dirname(found);
}

/** The outermost package of each file that is in one. */
function topPackages(code: readonly string[], files: CodeFiles): string[] {
  const known = new Map<string, string | undefined>();
  return code.flatMap((file) => {
    const directory = dirname(file);
    if (!known.has(directory)) known.set(directory, topPackage(file, files));
    return known.get(directory) ?? [];
  });
}

/** The outermost directory around the file, without a gap, that has an `__init__.py`. */
function topPackage(file: string, files: CodeFiles): string | undefined {
  let found: string | undefined;
  for (let at = dirname(file); at !== '' && fileExists(files, `${at}/__init__.py`); at = dirname(at)) found = at;
  return found;
}

function isModuleAt(files: CodeFiles, root: string, name: string): boolean {
  if (fileExists(files, join(root, `${name}.py`)) || fileExists(files, join(root, name, '__init__.py'))) return true;
  const directory = `${join(root, name)}/`;
  return files.list?.().some((file) => file.startsWith(directory) && file.endsWith('.py')) ?? false;
}

function climb(from: string, to: string): { levels: number; common: number } | undefined {
  const a = from.split('/').filter((part) => part !== '');
  const b = to.split('/').filter((part) => part !== '');
  let common = 0;
  while (common < a.length && common < b.length && a[common] === b[common]) common++;
  return { levels: a.length - common, common };
}

export function fileExists(files: CodeFiles, path: string): boolean {
  if (files.exists) return files.exists(path);
  try {
    files.read(path);
    return true;
  } catch {
    return false;
  }
}

function mostFrequent(values: readonly string[]): string | undefined {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))[0]?.[0];
}

function moduleFile(root: string, module: string): string {
  return `${join(root, ...module.split('.'))}.py`;
}

function join(...parts: readonly string[]): string {
  return parts.filter((part) => part !== '').join('/');
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

function dirname(path: string): string {
  const slash = path.lastIndexOf('/');
  return slash === -1 ? '' : path.slice(0, slash);
}

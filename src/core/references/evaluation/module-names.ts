import { parse } from 'jsonc-parser';
import { normalize } from './path-text';
import type { Module, Project } from './project';
import { isTestFile } from './test-file';

/** What package.json, tsconfig.json and jsconfig.json say of names of modules. */
interface Configuration {
  readonly name?: unknown;
  readonly extends?: unknown;
  readonly imports?: unknown;
  readonly exports?: unknown;
  readonly compilerOptions?: { readonly baseUrl?: unknown; readonly paths?: unknown };
  readonly [field: string]: unknown;
}

/** Fields of package.json that name its entry, those that lead to source first. */
const ENTRIES = ['source', 'types', 'typings', 'module', 'main', 'browser'];
/** Folders of compiled files, for which the sources are looked up. */
const COMPILED = /(^|\/)(?:dist|lib|build|out|esm|cjs)\//;
const CODE = /\.[cm]?[jt]sx?$/;
/** Where the packages of a workspace are, by custom. */
const PACKAGE_FOLDERS = ['packages', 'apps', 'libs', 'services', 'modules'];
const MOST_EXTENDED = 5;

/**
 * Paths without extension that a bare module name can mean, the likeliest first: `imports` of the own package.json, `paths`
 * and `baseUrl` of the TypeScript configuration, and the packages of the workspace by their names.
 */
export function namedModules(project: Project, from: Module, name: string): string[] {
  if (name.startsWith('node:')) return [];
  return [
    ...(name.startsWith('#') ? ownImports(project, from, name) : []),
    ...configuredPaths(project, from, name),
    ...packages(project, name),
    ...usualFolders(project, name),
  ];
}

/**
 * `@scope/name` in the one folder where a workspace has its packages, where no package.json says its name and none has it
 * installed from a registry.
 */
function usualFolders(project: Project, name: string): string[] {
  const [, folder, rest] = /^@[\w.-]+\/([\w.-]+)(?:\/(.+))?$/.exec(name) ?? [];
  if (folder === undefined) return [];
  const whole = name.split('/').slice(0, 2).join('/');
  const found: string[] = [];
  for (const parent of PACKAGE_FOLDERS) {
    const directory = `${parent}/${folder}`;
    const bases = rest === undefined ? ['src/index', 'index'] : [`src/${rest}`, rest];
    const held =
      bases.map((base) => inside(directory, base)).find((base) => isCode(project, base)) ??
      (rest === undefined ? onlyFile(project, `${directory}/src`) : undefined);
    if (held !== undefined) found.push(held);
  }
  if (found.length !== 1) return [];
  const isOtherwise = project.documentsNamed('package.json').some((file) => {
    const configuration = read(project, file);
    const own = configuration?.name;
    const isOfFolder = file !== 'package.json' && found[0]!.startsWith(file.slice(0, -'package.json'.length));
    return (isOfFolder && typeof own === 'string') || isInstalled(configuration, whole);
  });
  return isOtherwise ? [] : found;
}

/** The one file of code in a folder, without its extension: there is nothing else that could be the entry. */
function onlyFile(project: Project, directory: string): string | undefined {
  const files = project.filesIn(directory).filter((file) => CODE.test(file) && !isTestFile(file));
  return files.length === 1 ? files[0]!.replace(CODE, '') : undefined;
}

/** Is there a file of code with this name, but for its extension? */
function isCode(project: Project, base: string): boolean {
  const directory = base.slice(0, Math.max(0, base.lastIndexOf('/')));
  return project.filesIn(directory).some((file) => CODE.test(file) && file.replace(CODE, '') === base);
}

function isInstalled(configuration: Configuration | undefined, name: string): boolean {
  return ['dependencies', 'devDependencies', 'peerDependencies'].some((field) => {
    const versions = configuration?.[field];
    const version = isRecord(versions) ? versions[name] : undefined;
    return typeof version === 'string' && !/^(?:workspace:|file:|link:|portal:|\*)/.test(version);
  });
}

function ownImports(project: Project, from: Module, name: string): string[] {
  for (const directory of upwards(from.directory)) {
    const imports = read(project, inside(directory, 'package.json'))?.imports;
    if (isRecord(imports)) return mapped(imports, name).map((path) => inside(directory, path));
  }
  return [];
}

function configuredPaths(project: Project, from: Module, name: string): string[] {
  for (const directory of upwards(from.directory))
    for (const file of ['tsconfig.json', 'jsconfig.json', 'tsconfig.base.json']) {
      const found = throughPaths(project, inside(directory, file), name, 0);
      if (found.length > 0) return found;
    }
  return [];
}

function throughPaths(project: Project, file: string, name: string, depth: number): string[] {
  const configuration = read(project, file);
  if (!configuration || depth > MOST_EXTENDED) return [];
  const directory = file.slice(0, Math.max(0, file.lastIndexOf('/')));
  const { baseUrl, paths } = configuration.compilerOptions ?? {};
  const base = typeof baseUrl === 'string' ? inside(directory, baseUrl) : undefined;
  const found = isRecord(paths) ? mapped(paths, name).map((path) => inside(base ?? directory, path)) : [];
  if (base !== undefined) found.push(inside(base, name));
  const { extends: extended } = configuration;
  for (const each of typeof extended === 'string' ? [extended] : [])
    if (each.startsWith('.'))
      found.push(...throughPaths(project, inside(directory, each.replace(/(?:\.json)?$/, '.json')), name, depth + 1));
  return found;
}

function packages(project: Project, name: string): string[] {
  return project.documentsNamed('package.json').flatMap((file) => {
    const configuration = read(project, file);
    const own = configuration?.name;
    if (!configuration || typeof own !== 'string' || (name !== own && !name.startsWith(`${own}/`))) return [];
    const directory = file.slice(0, Math.max(0, file.lastIndexOf('/')));
    const rest = name.slice(own.length + 1);
    const { exports } = configuration;
    const exported = isRecord(exports)
      ? [...mapped(exports, rest === '' ? '.' : `./${rest}`), ...(rest === '' ? conditions(exports) : [])]
      : rest === ''
        ? conditions(exports)
        : [];
    const entries = rest === '' ? ENTRIES.flatMap((field) => conditions(configuration[field])) : [];
    const usual = rest === '' ? ['src/index', 'index'] : [rest, `src/${rest}`];
    return [...exported, ...entries, ...usual].flatMap(sources).map((path) => inside(directory, path));
  });
}

/** `dist/index.d.ts` is what `src/index.ts` is compiled to. */
function sources(path: string): string[] {
  const bare = path.replace(/(?:\.d)?\.[cm]?[jt]sx?$/, '');
  return COMPILED.test(bare) ? [bare.replace(COMPILED, '$1src/'), bare.replace(COMPILED, '$1'), bare] : [bare];
}

/** Values of the keys that a name fits: `@app/*` with `src/*`. */
function mapped(table: Readonly<Record<string, unknown>>, name: string): string[] {
  return Object.entries(table).flatMap(([key, value]) => {
    const [before, after] = key.split('*');
    if (after === undefined) return key === name ? conditions(value) : [];
    const fits =
      name.length >= key.length - 1 && name.startsWith(before!) && name.endsWith(after) && name !== before + after;
    if (!fits) return [];
    const part = name.slice(before!.length, name.length - after.length);
    return conditions(value).map((path) => path.replace('*', () => part));
  });
}

/** Paths under `import`, `require`, `types` and so on, whichever; or the path itself. */
function conditions(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (Array.isArray(value)) return value.flatMap(conditions);
  return isRecord(value)
    ? Object.entries(value)
        .flatMap(([key, each]) => (key.startsWith('.') || key === 'default' ? [] : conditions(each)))
        .concat(conditions(value.default))
    : [];
}

const parsed = new WeakMap<
  Project,
  Map<string, { readonly text: string; readonly value: Configuration | undefined }>
>();

function read(project: Project, file: string): Configuration | undefined {
  project.reads.files.add(file);
  const text = project.source(file);
  if (text === undefined) return undefined;
  let known = parsed.get(project);
  if (!known) parsed.set(project, (known = new Map()));
  const kept = known.get(file);
  if (kept?.text === text) return kept.value;
  const found: unknown = parse(text);
  const value = isRecord(found) ? found : undefined;
  known.set(file, { text, value });
  return value;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function inside(directory: string, path: string): string {
  return normalize([directory, path].filter(Boolean).join('/'));
}

function* upwards(directory: string): Generator<string> {
  for (let each = directory; ; each = each.slice(0, Math.max(0, each.lastIndexOf('/')))) {
    yield each;
    if (each === '') return;
  }
}

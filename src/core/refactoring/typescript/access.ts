import type { ResolvedPlan } from '../../plan/resolved';
import { accessSettings } from '../access-names';
import type { AccessFunction, AccessSettings } from '../access-names';
import type { CodeFiles } from '../outcome';
import { fileExists } from '../python/access';

/** SQLite drivers of Node that the access layer can open databases with. */
export type ScriptDriver = 'better-sqlite3' | 'node:sqlite';

/** Where the access module of a JavaScript or TypeScript project is. */
export interface ScriptAccess {
  readonly settings: AccessSettings;
  /** Workspace-relative file, e.g. `src/databases.ts`. */
  readonly file: string;
  readonly typescript: boolean;
  /** ES module, by its extension or by `"type": "module"`; else CommonJS. */
  readonly esModule: boolean;
  readonly driver: ScriptDriver;
  /** Directory of the nearest `package.json`, empty for the workspace folder; undefined when there is none. */
  readonly packageDirectory: string | undefined;
  /** TypeScript without `esModuleInterop`: a CommonJS driver is imported by `import … = require(…)`. */
  readonly importRequire: boolean;
}

export const SCRIPT_LANGUAGES = ['typescript', 'javascript', 'typescriptreact', 'javascriptreact'];

/** Names in the generated module, with the name taken where a file already has that one. */
export const SCRIPT_NAMES: Readonly<Record<AccessFunction, { name: string; alias: string }>> = {
  connect: { name: 'connect', alias: 'connectDatabase' },
  path: { name: 'databasePath', alias: 'targetDatabasePath' },
  url: { name: 'databaseUrl', alias: 'targetDatabaseUrl' },
  uri: { name: 'databaseUrl', alias: 'targetDatabaseUrl' },
};

/** The access module: where the plan says, else `src/databases` (or `databases` without a `src`). */
export function locateScriptAccess(plan: ResolvedPlan, files: CodeFiles, users: readonly string[]): ScriptAccess {
  const settings = accessSettings(plan, 'typescript');
  const code = files.list?.().filter((file) => /\.[cm]?[jt]sx?$/.test(file)) ?? users;
  const wanted = settings.module ?? (code.some((file) => file.startsWith('src/')) ? 'src/databases' : 'databases');
  const packageDirectory = nearest(wanted, 'package.json', files);
  const packageText = packageDirectory === undefined ? '' : readIn(packageDirectory, 'package.json', files);
  const configDirectory = nearest(wanted, 'tsconfig.json', files);
  const config = configDirectory === undefined ? '' : readIn(configDirectory, 'tsconfig.json', files);
  const isModule = /"type"\s*:\s*"module"/.test(packageText);
  const typescript = /\.[cm]?ts$/.test(wanted) || (!/\.[cm]?js$/.test(wanted) && isTypeScript(config, code));
  const imports =
    !typescript && !isModule && users.some((file) => fileExists(files, file) && usesImport(files.read(file)));
  const extension = typescript ? '.ts' : imports ? '.mjs' : '.js';
  const file = /\.[cm]?[jt]s$/.test(wanted) ? wanted : wanted + extension;
  const esModule = /\.m[jt]s$/.test(file) || (isModule && !/\.c[jt]s$/.test(file));
  const given = plan.access.typescript?.driver;
  const texts = () => users.filter((each) => fileExists(files, each)).map((each) => files.read(each));
  const usesNode = () =>
    texts().some((text) => text.includes('node:sqlite')) && !packageText.includes('"better-sqlite3"');
  return {
    settings,
    file,
    typescript,
    esModule,
    driver: given === 'node:sqlite' || (given === undefined && usesNode()) ? 'node:sqlite' : 'better-sqlite3',
    packageDirectory,
    importRequire:
      typescript &&
      !esModule &&
      config !== '' &&
      !/"esModuleInterop"\s*:\s*true|node16|nodenext|preserve|"es/i.test(config),
  };
}

/** What a file writes behind `from` to reach the access module, with or without extension as its other imports have it. */
export function scriptSpecifier(file: string, access: ScriptAccess, others: readonly string[]): string {
  const from = file.split('/').slice(0, -1);
  const to = access.file.split('/');
  let common = 0;
  while (common < from.length && common < to.length - 1 && from[common] === to[common]) common++;
  const up = from.slice(common).map(() => '..');
  const path = [...(up.length > 0 ? up : ['.']), ...to.slice(common)].join('/');
  const relative = others.filter((other) => other.startsWith('.'));
  const bare = path.replace(/\.[cm]?[jt]s$/, '');
  const extension = path.slice(bare.length);
  if (relative.some((other) => other.endsWith('.ts'))) return path;
  const runtime = extension.replace('t', 'j');
  if (relative.length > 0) return relative.some((other) => /\.[cm]?js$/.test(other)) ? bare + runtime : bare;
  // Node needs the extension in ES modules; CommonJS and most TypeScript set-ups do not want it.
  return extension === '.mjs' || (access.esModule && !access.typescript) ? bare + runtime : bare;
}

function isTypeScript(config: string, code: readonly string[]): boolean {
  return config !== '' || code.filter((file) => /\.[cm]?tsx?$/.test(file)).length * 2 > code.length;
}

function usesImport(text: string): boolean {
  return /^import\s/m.test(text);
}

function nearest(file: string, name: string, files: CodeFiles): string | undefined {
  for (let at = file; at !== '';) {
    at = at.includes('/') ? at.slice(0, at.lastIndexOf('/')) : '';
    if (fileExists(files, at === '' ? name : `${at}/${name}`)) return at;
  }
  return undefined;
}

function readIn(directory: string, name: string, files: CodeFiles): string {
  return files.read(directory === '' ? name : `${directory}/${name}`);
}

import path from 'node:path';
import { parseArgs } from 'node:util';
import { ConsolidationError } from '../core/errors';
import { isRole } from '../core/references/analysis/role';
import { ROLES } from '../core/references/reference';
import type { Role } from '../core/references/reference';

export const VERBS = [
  'scan',
  'draft',
  'check',
  'export',
  'import',
  'migrate',
  'verify',
  'rollback',
  'resume',
  'status',
  'references',
  'refactor',
  'access-layer',
] as const;
export type Verb = (typeof VERBS)[number];

const COMMON = {
  workspace: { type: 'string' },
  plan: { type: 'string' },
  json: { type: 'boolean' },
  quiet: { type: 'boolean' },
  jobs: { type: 'string' },
  exclude: { type: 'string', multiple: true },
  role: { type: 'string', multiple: true },
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean', short: 'v' },
} as const;

const OWN = {
  into: { type: 'string' },
  targets: { type: 'string' },
  prefix: { type: 'string' },
  name: { type: 'string' },
  force: { type: 'boolean' },
  'dry-run': { type: 'boolean' },
  'backup-only': { type: 'boolean' },
  'verify-only': { type: 'boolean' },
  'keep-copy': { type: 'boolean' },
  'data-only': { type: 'boolean' },
  check: { type: 'boolean' },
  write: { type: 'boolean' },
  format: { type: 'string' },
  output: { type: 'string', short: 'o' },
  resolve: { type: 'string', multiple: true },
  keep: { type: 'string', multiple: true },
} as const;

/** Which options each verb takes besides the common ones. */
const TAKES: Record<Verb, readonly (keyof typeof OWN)[]> = {
  scan: [],
  draft: ['into', 'targets', 'prefix', 'name', 'force', 'dry-run', 'resolve', 'keep'],
  check: [],
  export: ['format', 'output', 'force'],
  import: ['dry-run'],
  migrate: ['dry-run', 'backup-only', 'verify-only'],
  verify: [],
  rollback: ['keep-copy', 'data-only'],
  resume: [],
  status: [],
  references: [],
  refactor: ['check', 'write'],
  'access-layer': [],
};

export interface CommandLine {
  /** Undefined: show the help. */
  readonly verb?: Verb;
  readonly version: boolean;
  readonly help: boolean;
  /** Absolute. */
  readonly workspace: string;
  readonly plan?: string;
  readonly json: boolean;
  readonly quiet: boolean;
  readonly jobs?: number;
  readonly exclude?: readonly string[];
  /** Globs with what the files are for. */
  readonly roles?: Readonly<Record<string, Role>>;
  /** The run that `verify`, `rollback` and `resume` name; what to `export`, which file to `import`; files for `refactor`. */
  readonly operands: readonly string[];
  readonly options: Readonly<Partial<Record<keyof typeof OWN, string | boolean | readonly string[]>>>;
}

/** @throws ConsolidationError `USAGE` */
export function parseCommandLine(args: readonly string[]): CommandLine {
  let parsed;
  try {
    parsed = parseArgs({ args: withSafe(args), options: { ...COMMON, ...OWN }, allowPositionals: true, strict: true });
  } catch (cause) {
    throw usage(cause instanceof Error ? (cause.message.split('\n')[0] ?? '') : String(cause), cause);
  }
  const [verb, ...operands] = parsed.positionals;
  const { workspace, plan, json, quiet, jobs, exclude, role, help, version, ...options } = parsed.values;
  if (verb !== undefined && !VERBS.some((known) => known === verb))
    throw usage(`There is no verb ${JSON.stringify(verb)}.`);
  if (verb !== undefined) refuseForeign(verb as Verb, options, operands);
  return {
    verb: verb as Verb | undefined,
    version: version ?? false,
    help: help ?? false,
    workspace: path.resolve(workspace ?? '.'),
    plan,
    json: json ?? false,
    quiet: quiet ?? false,
    jobs: jobs === undefined ? undefined : positive(jobs),
    exclude,
    roles: role && rolesOf(role),
    operands,
    options,
  };
}

/** `--role 'tools/**=tooling'` */
function rolesOf(texts: readonly string[]): Record<string, Role> {
  return Object.fromEntries(
    texts.map((text) => {
      const at = text.lastIndexOf('=');
      const role = text.slice(at + 1);
      if (at < 1 || !isRole(role)) throw usage(`--role takes GLOB=ROLE, where ROLE is one of ${ROLES.join(', ')}.`);
      return [text.slice(0, at), role];
    }),
  );
}

/** `--resolve` alone asks for the safe resolutions; a value follows only where it looks like one (`CODE=choice`). */
function withSafe(args: readonly string[]): string[] {
  return args.flatMap((arg, index) =>
    arg === '--resolve' && !/^([A-Z_]+(@.*)?=|safe$)/s.test(args[index + 1] ?? '') ? ['--resolve=safe'] : [arg],
  );
}

function refuseForeign(verb: Verb, options: Record<string, unknown>, operands: readonly string[]): void {
  const foreign = Object.keys(options).find((name) => !TAKES[verb].some((taken) => taken === name));
  if (foreign) throw usage(`${verb} has no option --${foreign}.`);
  const most =
    verb === 'refactor' ? Infinity : ['verify', 'rollback', 'resume', 'export', 'import'].includes(verb) ? 1 : 0;
  if (operands.length > most) throw usage(`${verb} does not take ${JSON.stringify(operands[most])}.`);
  const modes = ['dry-run', 'backup-only', 'verify-only'].filter((mode) => verb === 'migrate' && options[mode]);
  if (modes.length > 1) throw usage(`--${modes.join(' and --')} cannot be combined.`);
  if (options.check && options.write) throw usage('--check and --write cannot be combined.');
  if (options.into && options.targets) throw usage('--into and --targets cannot be combined.');
}

function positive(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value > 0) return value;
  throw usage(`--jobs takes a whole number above 0, not ${JSON.stringify(text)}.`);
}

function usage(problem: string, cause?: unknown): ConsolidationError {
  return new ConsolidationError(
    'USAGE',
    `${problem} \`sqlite-consolidator --help\` lists the verbs and options.`,
    {},
    { cause },
  );
}

export const HELP = `sqlite-consolidator VERB [OPTIONS]

Turns many scattered SQLite files into a few unified databases, and rewrites the code that used them.

  scan                  list the SQLite files of the workspace and how often code names each
  draft                 write a plan (consolidation.jsonc)
      --into PATH         everything into one database, which may be one of the legacy files
      --targets A,B       into several databases
      --prefix domain     table names with their domain in front
      --name NAME         name of the plan
      --keep PATH=REASON  leave a database (or those that a glob matches) as it is
      --force             overwrite the plan; --dry-run: only show it
      --resolve           settle the conflicts that can be settled without losing, refusing or changing a row;
                          where there is a plan and no --force, in that plan
      --resolve CODE=CHOICE, CODE@TABLE=CHOICE   settle conflicts of one kind as chosen (may be repeated)
  check                 look for conflicts in the plan
  export WHAT           schema, comparison, mapping or graph of the plan, on standard output
      --format FORMAT     schema: sql; comparison: md; mapping: csv; graph: svg, png, mermaid
      --output FILE       write it below the workspace (a folder for several files); --force: replace what is there
  import [FILE]         read the mapping (migration_mapping.csv) back into the plan
      --dry-run           only show the plan
  migrate               back up, build, verify and publish the targets
      --dry-run           show every step and figure; write nothing
      --backup-only       copy the legacy databases and stop
      --verify-only       build and verify, and publish nothing
  verify [RUN]          compare the published targets with the backup once more
  rollback [RUN]        take the targets away and return files and code to what they were
      --keep-copy         although a target was written since: keep it aside
      --data-only         leave the code as it is
  resume [RUN]          settle an interrupted run
  status                what has been done, and what to do next
  references            places in code and configuration that name a legacy database
  refactor [FILE…]      rewrite them to the unified access layer
      --check             show the edits as a patch (default)
      --write             make them
  access-layer          write the access layer anew after the plan was changed

  --workspace DIR   folder to work in (default: here)     --plan FILE   plan file (default: consolidation.jsonc)
  --exclude GLOB    leave out (may be repeated)           --json        one JSON document on standard output
  --role GLOB=ROLE  what files are for: code, config, documentation, test, tooling (may be repeated)
  --quiet           no progress                           --jobs N      at most N threads (a thread per core)

Exit status: 0 done and clean, 1 findings, 2 usage or plan error, 3 the run failed and nothing was published, 4 internal error.
`;

import { z } from 'zod';
import { pathProblem } from './workspace-paths';

/**
 * The one definition of the plan file `consolidation.jsonc`: the types, the run-time validation and the JSON Schema of
 * the editor all come from here. Longer than most files because a format is read best in one piece.
 */

/** Longest name of a table, column or check. SQLite allows more; nobody can read more. */
const LONGEST_NAME = 1024;

const name = z
  .string()
  .min(1, 'a name cannot be empty')
  .max(LONGEST_NAME, `a name can have ${LONGEST_NAME} characters at most`)
  .refine((value) => !value.includes('\0'), 'a name cannot contain a NUL character');
const reason = z
  .string()
  .max(10_000, 'shorten this sentence to 10,000 characters')
  .refine((value) => value.trim() !== '', 'write the reason in a few words; nothing is left out without one');
const sql = z
  .string()
  .max(1_000_000, 'this SQL text is longer than 1,000,000 characters')
  .refine((value) => value.trim() !== '', 'write an SQL expression, or remove this entry')
  .refine((value) => !value.includes('\0'), 'SQL cannot contain a NUL character');
const path = z
  .string()
  .max(4096, 'a path can have 4,096 characters at most')
  .superRefine((value, context) => {
    const problem = pathProblem(value);
    if (problem)
      context.addIssue({
        code: 'custom',
        message: problem,
        params: { finding: 'PATH_OUTSIDE_WORKSPACE' },
        input: value,
      });
  });
const duration = z
  .string()
  .regex(/^\d{1,9}(ms|s|m|h|d|w)$/, 'write a duration as a number with a unit: "500ms", "30s", "24h", "30d"');
const targetName = z
  .string()
  .regex(/^[A-Za-z_][A-Za-z0-9_-]{0,63}$/, 'a target is named by letters, digits, "_" and "-", 64 at most');
const scalar = z.union([z.string(), z.number(), z.null()]);

const pragmaValues = {
  journal_mode: z.enum(['WAL', 'DELETE', 'TRUNCATE', 'PERSIST']),
  synchronous: z.enum(['OFF', 'NORMAL', 'FULL', 'EXTRA']),
  auto_vacuum: z.enum(['NONE', 'FULL', 'INCREMENTAL']),
  foreign_keys: z.enum(['ON', 'OFF']),
  temp_store: z.enum(['DEFAULT', 'FILE', 'MEMORY']),
  secure_delete: z.enum(['ON', 'OFF', 'FAST']),
  cache_size: z.int(),
  mmap_size: z.int().min(0),
  busy_timeout: z.int().min(0),
  wal_autocheckpoint: z.int().min(0),
  journal_size_limit: z.int().min(-1),
  page_size: z
    .int()
    .refine((value) => value >= 512 && value <= 65536 && (value & (value - 1)) === 0, 'a power of two, 512 to 65536'),
};
const profile = z.strictObject(pragmaValues).partial().describe('PRAGMAs of a target.');

const columnMapping = z
  .union([
    name.describe('Name of the unified column that this legacy column becomes.'),
    z
      .strictObject({
        sql: sql.optional().describe('SQL expression over the legacy row; the key is the unified column.'),
        value: scalar.optional().describe('A fixed value; the key is the unified column.'),
        drop: reason.optional().describe('Why this legacy column is not taken along.'),
      })
      .refine(
        (entry) => [entry.sql, entry.value, entry.drop].filter((value) => value !== undefined).length === 1,
        'give exactly one of "sql", "value" and "drop"',
      ),
  ])
  .describe(
    '"legacy": "unified" renames; { sql } or { value } fills a unified column; { drop } leaves a legacy one out.',
  );

const keys = z
  .union([
    z.enum(['keep', 'renumber', 'composite']),
    z
      .strictObject({ first: name.optional(), last: name.optional() })
      .refine(
        (entry) => (entry.first === undefined) !== (entry.last === undefined),
        'give exactly one of "first" and "last", with the column that orders the rows',
      ),
  ])
  .describe(
    'What happens to keys in a merge: keep (a collision stops the run), renumber, composite (the discriminator joins the key), or the first / last row by a column.',
  );

const tableEntry = z
  .strictObject({
    to: z
      .string()
      .max(LONGEST_NAME + 65)
      .refine((value) => /^[A-Za-z_][A-Za-z0-9_-]{0,63}(\.[^\0]+)?$/s.test(value), 'write "target" or "target.table"')
      .optional()
      .describe('"target.table", or "target" to keep the legacy name behind the prefix of the target.'),
    columns: z.record(name, columnMapping).optional(),
    discriminator: z
      .record(name, z.union([z.string(), z.number()]))
      .optional()
      .describe(
        'Columns that say where a row came from. ${stem}, ${dir}, ${name} and ${path} stand for parts of the path.',
      ),
    where: sql.optional().describe('Only legacy rows that satisfy this condition are taken.'),
    whereReason: reason.optional().describe('Why the other rows are left behind.'),
    keys: keys.optional(),
    onReject: z.enum(['stop', 'quarantine']).optional(),
    skipEmpty: z
      .union([z.boolean(), reason])
      .optional()
      .describe('Leave the table out while it has no rows. Alone, without "to", rows in it are an error.'),
    retire: reason.optional().describe('Why the table is not taken along.'),
    rebuild: reason.optional().describe('Why the table starts empty (with "to": where it is created).'),
  })
  .superRefine((entry, context) => {
    const fate = ['retire', 'rebuild'].filter((key) => entry[key as 'retire'] !== undefined);
    const tell = (message: string) => context.addIssue({ code: 'custom', message, input: entry });
    if (fate.length > 1) tell('give only one of "retire" and "rebuild"');
    else if (entry.retire !== undefined && entry.to !== undefined) tell('give either "to" or "retire", not both');
    else if (fate.length === 0 && entry.to === undefined && !entry.skipEmpty && Object.keys(entry).length === 0)
      tell('say what becomes of the table: "to", "retire", "rebuild" or "skipEmpty"');
    if (entry.where !== undefined && entry.whereReason === undefined)
      tell('"where" leaves rows behind: say why in "whereReason"');
  })
  .describe('What becomes of one legacy table (or view).');

const source = z
  .strictObject({
    action: z.enum(['merge', 'keep', 'retire', 'rebuild']),
    reason: reason.optional().describe('Why; needed for keep, retire and rebuild.'),
    to: targetName.optional().describe('Target of every table that "tables" does not name.'),
    prefix: z.string().max(200).optional().describe('Put before the names of tables that "tables" does not name.'),
    skipEmpty: z.boolean().optional().describe('Leave out tables without rows.'),
    tables: z.record(name, tableEntry).optional(),
    grace: duration.optional().describe('How long the archived file is kept before purge may take it.'),
  })
  .superRefine((entry, context) => {
    const tell = (message: string, at: string) =>
      context.addIssue({ code: 'custom', message, path: [at], input: entry });
    if (entry.action !== 'merge' && entry.reason === undefined)
      tell(`"${entry.action}" needs a "reason": nothing is left out without one`, 'action');
    if ((entry.action === 'keep' || entry.action === 'retire') && (entry.tables || entry.to))
      tell(`"${entry.action}" concerns the whole file; use "merge" to move some of its tables`, 'action');
  });

const unifiedColumn = z.strictObject({
  type: z.string().max(200).optional().describe('Declared type; "" declares none, which keeps every value as it is.'),
  notNull: z.boolean().optional(),
  default: z.union([sql, z.null()]).optional().describe('Default as SQL text, null for none.'),
  purpose: z.string().max(10_000).optional(),
});

const unifiedTable = z
  .strictObject({
    purpose: z.string().max(10_000).optional(),
    domain: z.string().max(200).optional(),
    columns: z.record(name, unifiedColumn).optional().describe('How columns are declared where sources differ.'),
    primaryKey: z.array(name).min(1).optional(),
    unique: z
      .enum(['extend', 'keep', 'relax'])
      .optional()
      .describe('UNIQUE constraints of a merged table: extended by the discriminator, kept, or left out.'),
    checks: z.enum(['common', 'all', 'none']).optional().describe('Which CHECK constraints a merged table keeps.'),
    dropForeignKeys: z
      .record(name, reason)
      .optional()
      .describe('Foreign keys left out, by their column ("a" or "a,b"), each with the reason.'),
    dropTriggers: z.record(name, reason).optional().describe('Triggers left out, each with the reason.'),
    accept: z.array(z.string().max(100)).optional().describe('Codes of warnings about this table that are settled.'),
    ttl: z
      .strictObject({ column: name })
      .optional()
      .describe('Rows expire at the time in this column: a trigger takes them away when a row is added.'),
    grace: duration.optional().describe('How much longer expired rows ("ttl") are kept.'),
  })
  .describe('Decisions about one unified table.');

const target = z.strictObject({
  path,
  purpose: z.string().max(10_000).optional(),
  profile: z.string().max(100).optional().describe('standard, ledger, cache, or one of "profiles".'),
  schema: path.optional().describe('File with the unified DDL; without it the schema is derived from the sources.'),
  backup: z.string().max(200).optional(),
  prefix: z.string().max(200).optional().describe('Put before legacy names where "to" gives no table name.'),
  userVersion: z.int().min(-2147483648).max(2147483647).optional(),
  applicationId: z.int().min(-2147483648).max(2147483647).optional(),
  tables: z.record(name, unifiedTable).optional(),
  bookkeeping: z
    .strictObject({
      version: z.union([z.boolean(), name]).optional().describe('A schema version table (its name, or true).'),
      metadata: z.union([z.boolean(), name]).optional().describe('A table that documents every table.'),
    })
    .optional(),
});

const address = z
  .string()
  .max(4 * LONGEST_NAME)
  .regex(/^[A-Za-z_][A-Za-z0-9_-]{0,63}\.[^\0]+\.[^\0]+$/s, 'write "target.table.column"');

// Generated files are written there.
const access = z.looseObject({ module: path.optional(), package: path.optional() });

export const planDefinition = z
  .strictObject({
    $schema: z.string().max(4096).optional(),
    version: z.literal(1),
    name,
    profiles: z.record(name, profile).optional(),
    targets: z.record(targetName, target),
    sources: z.record(path, source).describe('Legacy databases by path or glob; a path is stronger than a glob.'),
    relations: z.record(address, address).optional().describe('References that the DDL does not declare.'),
    checks: z
      .array(z.strictObject({ name, target: targetName, sql, expect: z.json() }))
      .optional()
      .describe('Queries that must return what is expected in the staged targets.'),
    compatibility: z.strictObject({ views: z.boolean().optional(), symlinks: z.boolean().optional() }).optional(),
    access: z.record(z.string().max(100), access).optional().describe('Where the access layer goes, by language.'),
    references: z.strictObject({ exclude: z.array(z.string().max(4096)).optional() }).optional(),
    rollout: z
      .strictObject({
        stages: z.array(
          z.strictObject({
            name: name.optional(),
            targets: z.array(targetName).min(1),
            monitor: duration.optional(),
            dualWrite: z.boolean().optional(),
          }),
        ),
        rollbackAboveErrorRate: z.number().min(0).max(1).optional(),
        retainArchivesFor: duration.optional(),
      })
      .optional(),
    criticalQueries: z
      .array(
        z.strictObject({
          name,
          database: path.optional(),
          target: targetName.optional(),
          sql,
          p95: duration.optional(),
        }),
      )
      .optional(),
  })
  .describe('The consolidation plan of a workspace.');

export type Plan = z.infer<typeof planDefinition>;
export type PlanTarget = z.infer<typeof target>;
export type PlanSource = z.infer<typeof source>;
export type PlanTable = z.infer<typeof tableEntry>;
export type PlanColumn = z.infer<typeof columnMapping>;
export type PlanKeys = z.infer<typeof keys>;
export type PlanUnifiedTable = z.infer<typeof unifiedTable>;
export type PlanProfile = z.infer<typeof profile>;

/** Profiles that need no definition. A profile of the plan with the same name is laid over the built-in one. */
export const BUILT_IN_PROFILES: Readonly<Record<string, PlanProfile>> = {
  standard: { journal_mode: 'WAL', synchronous: 'NORMAL', auto_vacuum: 'INCREMENTAL', foreign_keys: 'ON' },
  ledger: { journal_mode: 'WAL', synchronous: 'FULL', auto_vacuum: 'NONE', foreign_keys: 'ON' },
  cache: { journal_mode: 'WAL', synchronous: 'OFF', auto_vacuum: 'FULL', foreign_keys: 'ON' },
};

/** The JSON Schema that the editor is given, as text. `schemas/consolidation.schema.json` is exactly this. */
export function planJsonSchema(): string {
  const schema = z.toJSONSchema(planDefinition, { target: 'draft-7', io: 'input' });
  return JSON.stringify({ ...schema, allowComments: true, allowTrailingCommas: true }, null, 2) + '\n';
}

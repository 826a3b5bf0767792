/**
 * Every error a person can meet, with the meaning that `docs/errors.md` prints. The sentence of one occurrence, which
 * names the file and the next step, is written where the error is raised.
 */
export const ERROR_CODES = {
  // reading SQLite files
  DATABASE_CORRUPT: 'The file is a SQLite database, but a page of it is malformed.',
  DATABASE_ENCRYPTED_OR_UNKNOWN:
    'The file has a database name, but its content is not a SQLite database: encrypted, or another format.',
  DATABASE_TRUNCATED: 'The file is shorter than its header says.',
  LEGACY_DATABASE_BUSY: 'Another process writes the file without pause, so that no consistent copy could be read.',
  LEGACY_DATABASE_MISSING: 'A legacy database that the plan names does not exist.',
  LEGACY_DATABASE_CHANGED: 'A legacy database was changed while the migration ran.',
  NO_DATABASES: 'No SQLite database was found in the workspace.',
  // the plan
  PLAN_MISSING: 'There is no plan file yet.',
  PLAN_SYNTAX: 'The plan file is not valid JSONC.',
  PLAN_INVALID: 'The plan file does not follow the plan format.',
  PLAN_CONFLICT: 'The plan leaves a conflict between sources unresolved.',
  PLAN_VERSION: 'The plan file was written for another version of the plan format.',
  PATH_OUTSIDE_WORKSPACE: 'A path in the plan leads out of the workspace.',
  // the migration
  ROWS_REJECTED: 'The unified schema refuses rows of a legacy table.',
  KEY_COLLISION: 'Two sources hold different rows under the same key.',
  VERIFICATION_FAILED: 'The staged database does not hold exactly what the legacy databases hold.',
  TARGET_CHANGED: 'A target was written since it was published.',
  TARGET_EXISTS: 'A file that is not part of the plan stands where a target is to be published.',
  DISK_SPACE: 'There is not enough free disk space for the snapshot and the targets.',
  WRITE_FAILED: 'A file could not be written.',
  RUN_LOCKED: 'Another run works on this workspace.',
  RUN_INTERRUPTED: 'An earlier run was interrupted and has to be resumed or rolled back first.',
  NO_RUN: 'There is no run to verify, resume or roll back.',
  BACKUP_DAMAGED: 'The backup does not match its manifest.',
  SQL_FAILED: 'SQLite refused a statement of the migration.',
  UNSUPPORTED: 'The plan asks for something this version cannot do.',
  // the refactoring
  EDITS_OVERLAP: 'Two edits would change the same text.',
  FILE_CHANGED: 'A file was changed after it was read, so that the edit no longer fits.',
  // the rest
  CANCELLED: 'The work was cancelled.',
  USAGE: 'The command line is not understood.',
  INTERNAL: 'Something unforeseen happened; the log has the details.',
} as const;

export type ErrorCode = keyof typeof ERROR_CODES;

/** Where an error is, as far as it is known. Paths are relative to the workspace, with forward slashes. */
export interface ErrorDetails {
  readonly database?: string;
  readonly table?: string;
  /** One-based page number in the database file. */
  readonly page?: number;
  readonly file?: string;
  /** One-based. */
  readonly line?: number;
  /** One-based. */
  readonly column?: number;
  readonly [key: string]: unknown;
}

/** An error as it travels between threads, to the webviews and in `--json`. */
export interface ErrorValue {
  readonly code: ErrorCode;
  readonly message: string;
  readonly details: ErrorDetails;
}

/** The one error class: a code for programs, a sentence for people that says what to do next. */
export class ConsolidationError extends Error {
  override readonly name = 'ConsolidationError';

  constructor(
    readonly code: ErrorCode,
    message: string,
    readonly details: ErrorDetails = {},
    options?: { cause?: unknown },
  ) {
    super(message, options);
  }

  toValue(): ErrorValue {
    return { code: this.code, message: this.message, details: this.details };
  }
}

/** Any thrown value as one that can travel. Unknown failures become `INTERNAL`; their stack is for the log alone. */
export function toErrorValue(error: unknown): ErrorValue {
  if (error instanceof ConsolidationError) return error.toValue();
  const message = error instanceof Error ? error.message : String(error);
  return { code: 'INTERNAL', message: `Unexpected failure: ${message}`, details: {} };
}

/** What a file, or a place in it, is for. Tooling names legacy databases on purpose: it is never stale. */
export const ROLES = ['code', 'config', 'documentation', 'test', 'tooling'] as const;
export type Role = (typeof ROLES)[number];

/** A place in code or configuration that names a legacy database or one of its tables. JSON contract of `references`. */
export interface Reference {
  /** Workspace-relative, `/`. */
  readonly file: string;
  /** One-based line and column (UTF-16 code units) of the whole expression; the end is exclusive. */
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
  readonly kind: 'path' | 'table';
  /** Legacy database: workspace-relative path, or the text as written when it resolves to none. */
  readonly database: string;
  readonly table?: string;
  /** The databases that a statement may run on, where they are several and their paths wait for it. */
  readonly among?: readonly string[];
  /** What a path is relative to: the directory of the file that holds it, or the one that the process runs in. */
  readonly base?: 'file' | 'process';
  /** Name of the target that holds it now. */
  readonly target?: string;
  readonly resolution: 'certain' | 'likely' | 'split' | 'unknown';
  readonly role: Role;
  /** Does it have to change when the plan is carried out? */
  readonly stale: boolean;
  /** Language id as VS Code names it: `python`, `go`, `yaml`, … */
  readonly language: string;
  /** What the expression evaluates to, and what the edit must keep: `connect`, a `Path`, a string, a URL. */
  readonly shape: 'connect' | 'path-object' | 'string' | 'url' | 'text';
  /** The source text of the expression. */
  readonly text: string;
  /** Where what is opened with a path needs several targets: each with the tables that are asked for in it, and by whom. */
  readonly needs?: readonly TargetNeed[];
  /** Why it is not stale, or why it cannot be fixed. */
  readonly note?: string;
  readonly fix?: ReferenceFix;
  /** Where several targets hold what the database held: one fix each, for a person to choose from. */
  readonly alternatives?: readonly ReferenceFix[];
}

/** What one connection, or one path, needs of a target. */
export interface TargetNeed {
  readonly target: string;
  /** Legacy names. */
  readonly tables: readonly string[];
  /** Classes and functions whose statements ask for them; empty when no statement is known. */
  readonly by: readonly { readonly file: string; readonly line: number; readonly name: string }[];
}

export interface ReferenceFix {
  /** One line for the light bulb: `Use connect("core")`. */
  readonly title: string;
  readonly edits: readonly TextEdit[];
}

export interface TextEdit {
  readonly file: string;
  readonly range: TextRange;
  readonly newText: string;
}

/** One-based lines and columns (UTF-16 code units); the end is exclusive. */
export interface TextRange {
  readonly startLine: number;
  readonly startColumn: number;
  readonly endLine: number;
  readonly endColumn: number;
}

export interface ReferencesResult {
  readonly version: 1;
  readonly references: readonly Reference[];
  /** Databases that only code and configuration name: there is no such file in the workspace. */
  readonly absentDatabases?: readonly AbsentDatabase[];
  readonly filesScanned: number;
  /** Files with references whose fixes are not known yet: a result without them follows. */
  readonly fixesPending?: readonly string[];
  /** Files that hold code or configuration by their names and were not searched. */
  readonly skipped?: readonly SkippedFile[];
  /** Files of which only a part was searched, because they are long. */
  readonly searchedInPart?: readonly PartlySearchedFile[];
  readonly milliseconds: number;
  /** Tables of one legacy database that a statement in the code joins. */
  readonly joins?: readonly { readonly database: string; readonly tables: readonly string[]; readonly file: string }[];
}

/** A file that was not searched. */
export interface SkippedFile {
  /** Workspace-relative, `/`. */
  readonly file: string;
  readonly bytes: number;
  readonly reason: string;
}

/** A file that was searched around what may be references alone. */
export interface PartlySearchedFile {
  /** Workspace-relative, `/`. */
  readonly file: string;
  /** How much of it was searched. */
  readonly characters: number;
  /** What was done, and what was not. */
  readonly how: string;
}

/** A database of which there is no file in the workspace: it lives on a server, or appears at the first start. */
export interface AbsentDatabase {
  /** Workspace-relative path that it would have. */
  readonly path: string;
  readonly places: readonly { readonly file: string; readonly line: number; readonly column: number }[];
  /** `CREATE TABLE` statements that the code runs on it. */
  readonly tables: readonly { readonly name: string; readonly sql: string }[];
}

import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** What a line of a code base means, written by hand beside it and taken away before the code is searched. */
export interface Label {
  readonly file: string;
  readonly line: number;
  readonly kind: 'path' | 'table' | 'nothing';
  readonly database: string;
  readonly table?: string;
  /** There is no file of this path. */
  readonly isAbsent: boolean;
  /** The code does not say which of several it is: to be reported, not to be decided. */
  readonly isOpen: boolean;
}

/** One code base of the corpus. */
export interface CodeBase {
  readonly name: string;
  readonly databases: readonly { readonly path: string; readonly tables: readonly string[] }[];
  readonly files: ReadonlyMap<string, string>;
  readonly labels: readonly Label[];
}

const MARK = /[ \t]*⟦([^⟦⟧\n]*)⟧/g;

/**
 * Reads a code base: `== databases` with a line `path: table table` for each, then `== file` and its text. Marks stand at
 * the end of the line they speak of: `⟦data/app.db⟧` a path, `⟦data/app.db#users⟧` a table, `⟦absent:data/new.db⟧`,
 * `⟦?data/app.db⟧` one of several, `⟦-⟧` looks like a reference and is none.
 */
export function parseCodeBase(name: string, source: string): CodeBase {
  const sections = source.split(/^== (.*)\n/m).slice(1);
  const databases: { path: string; tables: string[] }[] = [];
  const files = new Map<string, string>();
  const labels: Label[] = [];
  for (let at = 0; at < sections.length; at += 2) {
    const [file, text] = [sections[at]!.trim(), sections[at + 1]!];
    if (file === 'databases') {
      for (const line of text.split('\n').filter((each) => each.trim() !== '')) {
        const [database, tables = ''] = line.split(/:\s*/);
        databases.push({ path: database!, tables: tables.split(' ').filter(Boolean) });
      }
      continue;
    }
    const lines = text.split('\n').map((line, index) => {
      for (const [, mark] of line.matchAll(MARK)) labels.push(labelOf(file, index + 1, mark!));
      return line.replace(MARK, '');
    });
    files.set(file, lines.join('\n'));
  }
  return { name, databases, files, labels };
}

function labelOf(file: string, line: number, mark: string): Label {
  if (mark === '-') return { file, line, kind: 'nothing', database: '', isAbsent: false, isOpen: false };
  const isOpen = mark.startsWith('?');
  const rest = isOpen ? mark.slice(1) : mark;
  const isAbsent = rest.startsWith('absent:');
  const [database, table] = (isAbsent ? rest.slice('absent:'.length) : rest).split('#');
  return {
    file,
    line,
    kind: table === undefined ? 'path' : 'table',
    database: database!,
    ...(table === undefined ? {} : { table }),
    isAbsent,
    isOpen,
  };
}

/** Every code base of the corpus. */
export async function readCorpus(folder = path.join(__dirname, 'corpus')): Promise<CodeBase[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.txt')).sort();
  return Promise.all(
    names.map(async (name) => parseCodeBase(name.slice(0, -4), await readFile(path.join(folder, name), 'utf8'))),
  );
}

/** Writes a code base to a folder of its own, for as long as `work` runs. */
export async function withWorkspace<T>({ files }: CodeBase, work: (workspace: string) => Promise<T>): Promise<T> {
  // Not below the temporary folder's own name: a path in there would be a temporary database.
  const workspace = await mkdtemp(path.join(tmpdir(), 'corpus-'));
  try {
    for (const [file, text] of files) {
      await mkdir(path.dirname(path.join(workspace, file)), { recursive: true });
      await writeFile(path.join(workspace, file), text);
    }
    return await work(workspace);
  } finally {
    await rm(workspace, { recursive: true, force: true });
  }
}

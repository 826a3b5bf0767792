import type { SourceText } from '../references/reading/source-text';
import { sameSet } from '../same';
import type { CodeFiles } from './outcome';
import { PythonModule } from './python/module';
import type { OutsideUses } from './python/unused';

/** What a Python file says that may lead to the names of others. */
interface FileUses {
  /** As the search for references has it, if it does. */
  readonly source: SourceText | undefined;
  /** Kept where nothing else gives it, or gave it when the file was another one. */
  readonly text: string | undefined;
  /** Words of its import statements. */
  readonly words: ReadonlySet<string>;
  /** Does it replace or look up members by name: `mock.patch("package.module.NAME")`? */
  readonly isPatching: boolean;
}

/**
 * Which names of a Python file other files use: by import, as an attribute of the module, or in a string such as
 * `"package.module.NAME"`. Without a list of files every public name counts as used, standard modules excepted.
 */
export class WorkspaceUses {
  private readonly known = new Map<string, FileUses>();
  private readonly modules = new Map<string, PythonModule>();
  private index: { importing: ReadonlyMap<string, readonly string[]>; patching: readonly string[] } | undefined;
  private isFresh = false;

  constructor(private files: CodeFiles) {}

  /**
   * From now on these are the files.
   * @returns tells whether what other files use of a file can be another than before
   */
  refresh(files: CodeFiles): (file: string) => boolean {
    this.files = files;
    this.isFresh = false;
    if (this.known.size === 0) return () => false;
    const changed = this.read();
    return (file) => {
      const module = moduleName(file);
      return changed.some(
        ({ words, isPatching, text }) => words.has(module) || (isPatching && text!.includes(`${module}.`)),
      );
    };
  }

  of(file: string): OutsideUses {
    return { uses: (name) => this.uses(file, name) };
  }

  private uses(file: string, name: string): boolean {
    const { files } = this;
    if (!files.list) return !name.startsWith('_') && !/^(os|sys|sqlite3|pathlib|Path|PurePath)$/.test(name);
    this.read();
    const { importing, patching } = (this.index ??= this.makeIndex());
    const module = moduleName(file);
    if (patching.some((other) => other !== file && this.known.get(other)!.text!.includes(`${module}.${name}`)))
      return true;
    return (importing.get(module) ?? []).some((other) => {
      const text = textOf(this.known.get(other)!);
      if (other === file || !text.includes(name)) return false;
      let parsed = this.modules.get(other);
      if (parsed?.text !== text) this.modules.set(other, (parsed = new PythonModule(other, text)));
      return mayUse(parsed, module, name);
    });
  }

  /** Brings what is known of all files up to date, and gives what is known no longer, and what is new. */
  private read(): FileUses[] {
    if (this.isFresh) return [];
    this.isFresh = true;
    const changed: FileUses[] = [];
    const listed = (this.files.list?.() ?? []).filter((file) => file.endsWith('.py'));
    const gone = new Set(this.known.keys());
    for (const file of listed) {
      gone.delete(file);
      const source = this.files.source?.(file);
      const old = this.known.get(file);
      if (old && source && old.source === source) continue;
      const text = source ? (source.peek() ?? '') : readOrEmpty(this.files, file);
      if (old && !source && old.text === text) continue;
      const now = usesIn(text, source);
      this.known.set(file, now);
      changed.push(...(old ? [old] : []), now);
      if (!old || old.isPatching !== now.isPatching || !sameSet(old.words, now.words)) this.index = undefined;
    }
    for (const file of gone) {
      changed.push(this.known.get(file)!);
      this.known.delete(file);
      this.index = undefined;
    }
    return changed;
  }

  private makeIndex() {
    const importing = new Map<string, string[]>();
    const patching: string[] = [];
    for (const [file, { words, isPatching }] of this.known) {
      if (isPatching) patching.push(file);
      for (const word of words) {
        const others = importing.get(word);
        if (others) others.push(file);
        else importing.set(word, [file]);
      }
    }
    return { importing, patching };
  }
}

function usesIn(text: string, source: SourceText | undefined): FileUses {
  const isPatching = /\b(?:patch|setattr|getattr|import_module|attrgetter)\b/.test(text);
  return { source, text: isPatching || !source ? text : undefined, words: importWords(text), isPatching };
}

function textOf({ text, source }: FileUses): string {
  return text ?? source?.peek() ?? '';
}

function moduleName(file: string): string {
  return file.slice(file.lastIndexOf('/') + 1).replace(/\.py$/, '');
}

/** A line that imports, and the list in parentheses that follows. */
const IMPORT = /^.*\bimport\b(?:[^(\n]*\([^)]*\)|.*)/my;

/** Words on lines that import, those of a list in parentheses included. */
function importWords(text: string): Set<string> {
  const words = new Set<string>();
  for (let at = text.indexOf('import'); at >= 0; at = text.indexOf('import', IMPORT.lastIndex)) {
    IMPORT.lastIndex = text.lastIndexOf('\n', at) + 1;
    const statement = IMPORT.exec(text)?.[0];
    for (const [word] of statement?.matchAll(/[\p{L}\p{N}_]+/gu) ?? []) words.add(word);
    IMPORT.lastIndex = Math.max(IMPORT.lastIndex, at + 'import'.length);
  }
  return words;
}

function mayUse(other: PythonModule, module: string, name: string): boolean {
  const aliases: string[] = [];
  for (const statement of other.imports) {
    if (statement.kind === 'from' && lastPart(statement.module) === module)
      if (statement.names.some((each) => each.name === name || each.name === '*')) return true;
    for (const each of statement.names) if (lastPart(each.name) === module) aliases.push(each.bound);
  }
  if (aliases.length === 0) return false;
  return other.code.some(
    (token, at) =>
      (token.text === name && other.code[at - 1]?.text === '.' && aliases.includes(other.code[at - 2]?.text)) ||
      (token.string !== undefined && other.text.slice(token.string.contentStart, token.string.contentEnd) === name),
  );
}

function lastPart(dotted: string): string {
  return dotted.slice(dotted.lastIndexOf('.') + 1);
}

function readOrEmpty(files: CodeFiles, file: string): string {
  try {
    return files.read(file);
  } catch {
    return ''; // vanished since it was listed: it uses nothing
  }
}

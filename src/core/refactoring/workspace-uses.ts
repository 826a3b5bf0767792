import type { CodeFiles } from './outcome';
import { PythonModule } from './python/module';
import type { OutsideUses } from './python/unused';

/**
 * Which names of a Python file other files use: by import, as an attribute of the module, or in a string such as
 * `"package.module.NAME"`. Without a list of files every public name counts as used, standard modules excepted.
 */
export function workspaceUses(files: CodeFiles): { of(file: string): OutsideUses } {
  const modules = new Map<string, PythonModule>();
  let index: WorkspaceIndex | undefined;
  return {
    of: (file) => ({
      uses: (name) => {
        if (!files.list) return !name.startsWith('_') && !/^(os|sys|sqlite3|pathlib|Path|PurePath)$/.test(name);
        index ??= indexWorkspace(files, files.list());
        const module = file.slice(file.lastIndexOf('/') + 1).replace(/\.py$/, '');
        const isStringUse = index.patching.some(
          (other) => other !== file && files.read(other).includes(`${module}.${name}`),
        );
        if (isStringUse) return true;
        return (index.importing.get(module) ?? []).some((other) => {
          if (other === file || !files.read(other).includes(name)) return false;
          let parsed = modules.get(other);
          if (!parsed) modules.set(other, (parsed = new PythonModule(other, files.read(other))));
          return mayUse(parsed, module, name);
        });
      },
    }),
  };
}

interface WorkspaceIndex {
  /** Word of an import statement to the files that have it there. */
  readonly importing: ReadonlyMap<string, readonly string[]>;
  /** Files that replace or look up members by name: `mock.patch("package.module.NAME")`. */
  readonly patching: readonly string[];
}

/** One pass over all files; what it keeps is small. */
function indexWorkspace(files: CodeFiles, listed: readonly string[]): WorkspaceIndex {
  const importing = new Map<string, string[]>();
  const patching: string[] = [];
  for (const file of listed) {
    if (!file.endsWith('.py')) continue;
    const text = readOrEmpty(files, file);
    if (/\b(?:patch|setattr|getattr|import_module|attrgetter)\b/.test(text)) patching.push(file);
    for (const word of importWords(text)) {
      const others = importing.get(word);
      if (others) others.push(file);
      else importing.set(word, [file]);
    }
  }
  return { importing, patching };
}

/** Words on lines that import, those of a list in parentheses included. */
function importWords(text: string): Set<string> {
  const words = new Set<string>();
  for (const [statement] of text.matchAll(/^.*\bimport\b(?:[^(\n]*\([^)]*\)|.*)/gm))
    for (const [word] of statement.matchAll(/[\p{L}\p{N}_]+/gu)) words.add(word);
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

import type { CodeFiles } from './outcome';
import { PythonModule } from './python/module';
import type { OutsideUses } from './python/unused';

/**
 * Which names of a Python file other files use: by import, as an attribute of the module, or in a string such as
 * `"package.module.NAME"`. Without a list of files every public name counts as used, standard modules excepted.
 */
export function workspaceUses(files: CodeFiles): { of(file: string): OutsideUses } {
  const texts = new Map<string, string>();
  const modules = new Map<string, PythonModule>();
  let listed: readonly string[] | undefined;
  const read = (file: string): string => {
    let text = texts.get(file);
    if (text === undefined) texts.set(file, (text = readOrEmpty(files, file)));
    return text;
  };
  return {
    of: (file) => ({
      uses: (name) => {
        listed ??= files.list?.().filter((each) => each.endsWith('.py'));
        if (!listed) return !name.startsWith('_') && !/^(os|sys|sqlite3|pathlib|Path|PurePath)$/.test(name);
        const module = file.slice(file.lastIndexOf('/') + 1).replace(/\.py$/, '');
        return listed.some((other) => {
          if (other === file) return false;
          const text = read(other);
          if (!text.includes(name) || !text.includes(module)) return false;
          let parsed = modules.get(other);
          if (!parsed) modules.set(other, (parsed = new PythonModule(other, text)));
          return mayUse(parsed, module, name);
        });
      },
    }),
  };
}

function mayUse(other: PythonModule, module: string, name: string): boolean {
  if (other.text.includes(`${module}.${name}`)) return true;
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

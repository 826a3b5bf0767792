import type { Evaluator } from './evaluator';
import type { Imports } from './imports';
import { moduleBindings } from './members';
import { normalize } from './path-text';
import { lastName } from './project';
import type { Module } from './project';
import { ANCHOR } from './value';
import type { Value } from './value';

/** Python: dotted and relative modules, packages with and without `__init__.py`, star imports. */
export const PYTHON_IMPORTS: Imports = {
  imported(evaluator, module, binding) {
    const name = binding.module;
    if (binding.member === undefined) return moduleValue(evaluator, module, name);
    if (binding.member === '*') return [];
    const file = moduleFile(evaluator, module, name);
    const found = file ? evaluator.project.request(file) : undefined;
    if (found) {
      const values = members(evaluator, found, binding.member);
      if (values.length > 0) return values;
    }
    // A submodule: `from core import paths`.
    const inner = moduleFile(
      evaluator,
      module,
      name.endsWith('.') ? name + binding.member : `${name}.${binding.member}`,
    );
    if (inner) {
      const submodule = evaluator.project.request(inner);
      return submodule ? [{ kind: 'module', module: submodule }] : [];
    }
    return file ? [] : [{ kind: 'external', name: `${name}.${binding.member}` }];
  },
  fallback(evaluator, module, name) {
    for (const binding of moduleBindings(module, '*')) {
      if (binding.kind !== 'import') continue;
      const file = moduleFile(evaluator, module, binding.module);
      const found = file ? evaluator.project.request(file) : undefined;
      const values = found ? members(evaluator, found, name) : [];
      if (values.length > 0) return values;
      if (!file && binding.module === 'pathlib' && name === 'Path') return [{ kind: 'external', name: 'pathlib.Path' }];
    }
    return [{ kind: 'external', name }];
  },
  memberOfModule: members,
  submodule(evaluator, module, name) {
    const file = moduleFile(evaluator, module, name);
    const found = file ? evaluator.project.request(file) : undefined;
    return file ? (found ? [{ kind: 'module', module: found }] : []) : undefined;
  },
  outsideMethods: () => [],
  memberOfPackage: () => [],
  embedded: () => [],
};

/** `core`, then `.db` as its member: packages are modules of their own, even without an `__init__.py`. */
function moduleValue(evaluator: Evaluator, module: Module, name: string): Value[] {
  const file = moduleFile(evaluator, module, name);
  if (file) {
    const found = evaluator.project.request(file);
    return found ? [{ kind: 'module', module: found }] : [];
  }
  return [{ kind: 'external', name }];
}

function members(evaluator: Evaluator, module: Module, name: string): Value[] {
  const bindings = moduleBindings(module, name);
  const values = bindings.flatMap((binding) => evaluator.binding(binding, 0, module.frame));
  if (values.length > 0 || bindings.length > 0) return values;
  if (module.file.endsWith('__init__.py')) {
    const directory = module.directory;
    for (const file of [`${directory}/${name}.py`, `${directory}/${name}/__init__.py`])
      if (evaluator.project.files.has(file)) {
        const found = evaluator.project.request(file);
        return found ? [{ kind: 'module', module: found }] : [];
      }
  }
  const star = PYTHON_IMPORTS.fallback(evaluator, module, name);
  return star.filter((value) => value.kind !== 'external');
}

/** The file of a module name as a file of the workspace sees it: relative, or from any directory above that holds it. */
function moduleFile(evaluator: Evaluator, from: Module, name: string): string | undefined {
  const dots = /^\.*/.exec(name)![0].length;
  const path = name.slice(dots).replaceAll('.', '/');
  const at = (directory: string) => pythonFile(evaluator.project.files, directory, path);
  let directory = from.directory;
  if (dots > 0) {
    for (let level = 1; level < dots; level++) directory = parentDirectory(directory);
    return at(directory);
  }
  for (;;) {
    const file = at(directory);
    if (file !== undefined && file !== from.file) return file;
    const inSource = at(directory === '' ? 'src' : `${directory}/src`);
    if (inSource !== undefined && inSource !== from.file) return inSource;
    if (directory === '') break;
    directory = parentDirectory(directory);
  }
  return FOLDERS_BY.test(name) ? undefined : searchPath(evaluator, from).map(at).find(Boolean);
}

function pythonFile(files: ReadonlySet<string>, directory: string, path: string): string | undefined {
  const base = directory === '' || path === '' ? directory + path : `${directory}/${path}`;
  const module = `${base}.py`;
  if (files.has(module)) return module;
  const inPackage = `${base}/__init__.py`;
  return files.has(inPackage) ? inPackage : undefined;
}

/** What the folders themselves are put together with. */
const FOLDERS_BY = /^(?:os|sys|pathlib|posixpath|site|inspect)(?:\.|$)/;

const asking = new WeakSet<Module>();

/** Folders that a file puts on the search path itself: `sys.path.insert(0, os.path.join(HERE, "..", "lib"))`. */
function searchPath(evaluator: Evaluator, module: Module): string[] {
  // What the folders are put together of is imported, too.
  if (asking.has(module) || !module.text.includes('sys.path')) return [];
  asking.add(module);
  const folders = ['insert', 'append'].flatMap((name) =>
    evaluator.project.callsIn(module, name).flatMap(({ call }) => {
      const { callee } = call;
      const isSearchPath =
        callee.kind === 'member' &&
        callee.object.kind === 'member' &&
        callee.object.name === 'path' &&
        lastName(callee.object.object) === 'sys';
      const folder = isSearchPath ? call.arguments.at(-1)?.value : undefined;
      return folder ? evaluator.texts(folder, module.frame).map(({ text }) => normalize(text)) : [];
    }),
  );
  asking.delete(module);
  return folders.flatMap((folder) => {
    if (folder.startsWith(ANCHOR.workspace)) return [folder.slice(2)];
    return /^[/\uE000-\uE0FF.]/.test(folder) || folder.includes(ANCHOR.hole) ? [] : [folder];
  });
}

function parentDirectory(directory: string): string {
  const slash = directory.lastIndexOf('/');
  return slash < 0 ? '' : directory.slice(0, slash);
}

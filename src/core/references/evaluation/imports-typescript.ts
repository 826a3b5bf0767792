import type { Expression } from '../syntax/program';
import type { Evaluator } from './evaluator';
import { settings } from './configuration';
import { contentsOf } from './file-contents';
import type { Imports } from './imports';
import { membersOf, moduleBindings } from './members';
import { namedModules } from './module-names';
import { normalize } from './path-text';
import type { Module } from './project';
import { holeText } from './texts';
import type { Value } from './value';

const EXTENSIONS = ['.ts', '.tsx', '.mts', '.cts', '.js', '.jsx', '.mjs', '.cjs'];

/** ECMAScript and CommonJS modules. */
export const TYPESCRIPT_IMPORTS: Imports = {
  imported(evaluator, module, binding) {
    return importedMember(evaluator, module, binding.module, binding.member);
  },
  fallback: (_evaluator, _module, name) => [{ kind: 'external', name }],
  memberOfModule,
  memberOfPackage: () => [],
  submodule: () => undefined,
  outsideMethods: () => [],
  embedded: () => [],
};

/** A member of a module; the module itself without one. Also what `require()` gives. */
export function importedMember(evaluator: Evaluator, from: Module, name: string, member: string | undefined): Value[] {
  // Bundlers give the text of a file that is no module: `import schema from './schema.sql?raw'`.
  if (/\.sql(?:\?\w+)?$/.test(name)) return importedText(evaluator, from, name.replace(/\?\w+$/, ''));
  if (/^\.{1,2}\/.*\.json$/.test(name)) {
    const whole = settings(evaluator.project, normalize([from.directory, name].filter(Boolean).join('/')));
    const isWhole = member === undefined || member === 'default' || member === '*';
    return isWhole ? whole : whole.flatMap((value) => membersOf(evaluator, value, member, undefined));
  }
  const file = moduleFile(evaluator, from, name);
  if (file === undefined) {
    const library = name.replace(/^node:/, '');
    return [
      { kind: 'external', name: member === undefined || member === 'default' ? library : `${library}.${member}` },
    ];
  }
  const found = evaluator.project.request(file);
  if (!found || member === '*') return [];
  if (member !== undefined) return memberOfModule(evaluator, found, member);
  const whole = commonJsExports(evaluator, found);
  return whole.length > 0 ? whole : [{ kind: 'module', module: found }];
}

function importedText(evaluator: Evaluator, from: Module, name: string): Value[] {
  const expression: Expression = { kind: 'name', name, scope: 0, start: -1, end: -1 };
  const path = { ...holeText({ module: from, expression, frame: from.frame }), text: name };
  return contentsOf(evaluator.project, path, from);
}

const inProgress = new Set<string>();

function memberOfModule(evaluator: Evaluator, module: Module, name: string): Value[] {
  const key = `${module.file}\0${name}`;
  if (inProgress.has(key)) return [];
  inProgress.add(key);
  try {
    const own = moduleBindings(module, name).flatMap((binding) => evaluator.binding(binding, 0, module.frame));
    if (own.length > 0) return own;
    const assigned = module.program.attributes
      .filter(({ object, name: each }) => each === name && isExports(object))
      .flatMap(({ value }) => evaluator.evaluate(value, module.frame));
    if (assigned.length > 0) return assigned;
    const whole = commonJsExports(evaluator, module);
    if (whole.length > 0) {
      // A default import of a CommonJS module is what it exports as a whole.
      if (name === 'default') return whole;
      return whole.flatMap((value) => membersOf(evaluator, value, name, undefined));
    }
    for (const binding of moduleBindings(module, '*')) {
      if (binding.kind !== 'import') continue;
      const file = moduleFile(evaluator, module, binding.module);
      const found = file === undefined ? undefined : evaluator.project.request(file);
      const values = found ? memberOfModule(evaluator, found, name) : [];
      if (values.length > 0) return values;
    }
    return [];
  } finally {
    inProgress.delete(key);
  }
}

/** The value of `module.exports = …`. */
function commonJsExports(evaluator: Evaluator, module: Module): Value[] {
  module.look('exports');
  return module.program.attributes
    .filter(({ object, name }) => name === 'exports' && object.kind === 'name' && object.name === 'module')
    .flatMap(({ value }) => evaluator.evaluate(value, module.frame));
}

/** `exports` and `module.exports`. */
function isExports(object: { kind: string; name?: string; object?: { kind: string; name?: string } }): boolean {
  if (object.kind === 'name') return object.name === 'exports';
  return object.kind === 'member' && object.name === 'exports' && object.object?.name === 'module';
}

function moduleFile(evaluator: Evaluator, from: Module, name: string): string | undefined {
  if (name.startsWith('.')) return fileAt(evaluator, normalize([from.directory, name].filter(Boolean).join('/')));
  for (const path of namedModules(evaluator.project, from, name)) {
    const file = fileAt(evaluator, path);
    if (file !== undefined) return file;
  }
  // Aliases as everybody has them, for bundlers that are configured elsewhere.
  const aliased = /^(?:@|~|#|src|app)\/(.+)$/.exec(name);
  if (!aliased) return undefined;
  for (let directory = from.directory; ;) {
    const bases =
      name.startsWith('src/') || name.startsWith('app/')
        ? [name]
        : [`src/${aliased[1]}`, aliased[1]!, `app/${aliased[1]}`];
    for (const base of bases) {
      const file = fileAt(evaluator, [directory, base].filter(Boolean).join('/'));
      if (file && file !== from.file) return file;
    }
    if (directory === '') return undefined;
    const slash = directory.lastIndexOf('/');
    directory = slash < 0 ? '' : directory.slice(0, slash);
  }
}

function fileAt(evaluator: Evaluator, path: string): string | undefined {
  const { files } = evaluator.project;
  if (files.has(path)) return path;
  // TypeScript names the file that will be: `./config.js` is config.ts.
  const bare = path.replace(/\.[cm]?jsx?$/, '');
  for (const base of new Set([path, bare, `${path}/index`]))
    for (const extension of EXTENSIONS) if (files.has(base + extension)) return base + extension;
  return undefined;
}

import type { Evaluator } from './evaluator';
import { lastName } from './project';
import type { Module } from './project';
import { ANCHOR } from './value';
import type { Value } from './value';

/** Calls by which a test puts something else in the place of what code says, as pytest, unittest, vitest and jest have them. */
const REPLACING = ['setattr', 'setitem', 'setenv', 'patch', 'object', 'dict', 'multiple', 'mock', 'doMock', 'stubEnv'];
const DEEPEST = 4;

/** Does a test, or what pytest runs before it, put a temporary database in the place of one that code opens? */
export function replacesDatabases(evaluator: Evaluator, module: Module): boolean {
  const files = new Set([module.file]);
  if (module.program.language === 'python')
    for (let folder = module.directory; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf('/')))) {
      const above = evaluator.project.request(folder === '' ? 'conftest.py' : `${folder}/conftest.py`);
      if (above) files.add(above.file);
      if (folder === '') break;
    }
  // `process.env.DB = '/tmp/x.db'`, `process.env.NODE_ENV = 'test'`
  const isSet = module.program.attributes.some(
    ({ object, name, value }) =>
      lastName(object) === 'env' &&
      evaluator
        .evaluate(value, module.frame)
        .some(
          (each) =>
            isTemporary(evaluator, each, 0) || (name === 'NODE_ENV' && each.kind === 'text' && each.text === 'test'),
        ),
  );
  if (isSet) return true;
  return REPLACING.some((name) =>
    evaluator.project
      .callsNamed(name, false)
      .filter((site) => files.has(site.module.file))
      .some((site) =>
        site.call.arguments.some(({ value }) =>
          evaluator.evaluate(value, site.module.frame).some((each) => isTemporary(evaluator, each, 0)),
        ),
      ),
  );
}

function isTemporary(evaluator: Evaluator, value: Value, depth: number): boolean {
  if (value.kind === 'text') return value.text.includes(ANCHOR.temporary) || /:memory:|(^|\/)tmp\//.test(value.text);
  if (depth > DEEPEST) return false;
  const inner = (values: readonly Value[]) => values.some((each) => isTemporary(evaluator, each, depth + 1));
  if (value.kind === 'record') return value.entries.some((entry) => inner(entry.value()));
  if (value.kind !== 'scope') return false;
  // What takes the place of a module or a function, as the function that makes it.
  const { returns } = value.module.program.scopes[value.scope]!;
  return returns.some((each) => inner(evaluator.evaluate(each, value.closure)));
}

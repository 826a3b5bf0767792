import { callsByName, walk } from '../evaluation/project';
import type { Module } from '../evaluation/project';
import { isParameter } from './parameters';
import { isRunner } from './queries';

const helpers = new WeakMap<Module, boolean>();

/**
 * Does a module run statements that come from elsewhere, or that have names from elsewhere filled in? It says nothing of
 * databases itself, then.
 */
export function hasHelpers(module: Module): boolean {
  let known = helpers.get(module);
  if (known === undefined) helpers.set(module, (known = findsHelpers(module) || findsTemplates(module)));
  return known;
}

function findsHelpers(module: Module): boolean {
  for (const [name, sites] of callsByName(module))
    for (const { call } of isRunner(name) ? sites : []) {
      const given = call.callee.kind === 'member' ? call.arguments[0]?.value : undefined;
      if (given?.kind === 'name' && isParameter(module, given.name, given.scope)) return true;
    }
  return false;
}

/** A statement that ends, or has a directive, where the name of a table belongs. */
const TEMPLATE =
  /^\s*(?:select|insert|replace|update|delete|create|drop|alter|pragma|with)\b[^]*\b(?:from|join|into|update|table|exists|table_info)[\s("'`[]+(?:$|%[sv]|\{\w*\})/i;

function findsTemplates(module: Module): boolean {
  return module.program.roots.some(({ expression, role }) => {
    let isFound = false;
    if (role !== 'documentation')
      walk(expression, (each) => {
        isFound ||= each.kind === 'literal' && TEMPLATE.test(each.value);
        return !isFound;
      });
    return isFound;
  });
}

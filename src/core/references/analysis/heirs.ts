import type { Evaluator } from '../evaluation/evaluator';
import { sameScope } from '../evaluation/members';
import { heardBy } from '../evaluation/project';
import type { Module } from '../evaluation/project';
import { newFrame } from '../evaluation/value';
import type { Frame, Instance, ScopeReference } from '../evaluation/value';
import type { Scope } from '../syntax/program';

/** More classes than this that inherit from one are not told apart. */
const MOST_HEIRS = 60;

/**
 * Frames in which a method runs on each instance of its class that is seen to be made, and on an instance of each class
 * that inherits it, whether or not a call of it is seen: that says what the method works with. Nothing is known of its
 * parameters there.
 */
export function heirFrames(evaluator: Evaluator, module: Module, scope: Scope): readonly Frame[] {
  if (scope.receiver === undefined || scope.isConstructor) return [];
  const owner = evaluator.ownerOf(module, scope);
  if (!owner) return [];
  const made = scope.isClassMethod ? [] : instancesOf(evaluator, owner);
  // What embeds a struct of Go hands the struct's methods that struct alone.
  const heirs = module.program.language === 'go' ? [] : heirsOf(evaluator, owner, scope.name);
  const selves = [...made, ...heirs.map((heir) => (scope.isClassMethod ? heir : evaluator.anyInstance(heir)))];
  if (selves.length > MOST_HEIRS) return [];
  return selves.map((self) => newFrame(module, scope.id, { self, parameters: new Map() }));
}

/**
 * Frames in which a method that is written for its heirs runs: on an instance of each class that inherits it, and on the
 * instances of its own class, where some are made. Empty where no class inherits it.
 */
export function framesOfHeirs(evaluator: Evaluator, module: Module, scope: Scope): readonly Frame[] {
  const frames = heirFrames(evaluator, module, scope);
  const owner = frames.length > 0 ? evaluator.ownerOf(module, scope) : undefined;
  const isOwn = ({ self }: Frame) => self?.kind === 'instance' && owner !== undefined && sameScope(self.type, owner);
  return frames.every(isOwn) ? [] : frames;
}

/** The instances of a class itself that are made by calling it or by a struct literal. */
function instancesOf(evaluator: Evaluator, type: ScopeReference): Instance[] {
  const { name } = type.module.program.scopes[type.scope]!;
  if (name === '') return [];
  const { project } = evaluator;
  const places = [
    ...project.callsNamed(name).map(({ module, call }) => ({ module, expression: call })),
    ...project.recordsNamed(name).map(({ module, record }) => ({ module, expression: record })),
  ].filter(heardBy(type.module));
  if (places.length > MOST_HEIRS) return [];
  return places.flatMap(({ module, expression }) =>
    evaluator
      .evaluate(expression, module.frame)
      .filter((value) => value.kind === 'instance')
      .filter((value) => sameScope(value.type, type)),
  );
}

/** The classes that inherit a method of a class and have none of their own in its place. */
function heirsOf(evaluator: Evaluator, owner: ScopeReference, method: string): ScopeReference[] {
  const found: ScopeReference[] = [];
  const names = new Set([owner.module.program.scopes[owner.scope]!.name]);
  for (const name of names)
    for (const { module, scope } of evaluator.project.heirsOf(name).filter(heardBy(owner.module))) {
      const heir: ScopeReference = { kind: 'scope', module, scope, closure: module.frame };
      const ancestry = evaluator.ancestry(heir);
      const at = ancestry.findIndex((each) => sameScope(each, owner));
      if (at <= 0 || found.some((each) => sameScope(each, heir))) continue;
      names.add(module.program.scopes[scope]!.name);
      if (ancestry.slice(0, at).every((each) => !declares(each, method))) found.push(heir);
      if (found.length > MOST_HEIRS) return [];
    }
  return found;
}

function declares({ module, scope }: ScopeReference, name: string): boolean {
  return Object.hasOwn(module.program.scopes[scope]!.bindings, name);
}

import type { Invocation } from './invocation';
import { seal } from './texts';
import type { Value } from './value';
import type { Operation } from './vocabulary';

/** Schemas that settings are checked with: the object that is declared stands for what comes of it, by its defaults. */
const declared: Operation = (call) => call.values(0).filter((value) => value.kind === 'record');

/** https://zod.dev, https://valibot.dev and Joi, whose objects are made alike. */
export const SCHEMAS: Record<string, Operation> = Object.fromEntries(
  ['zod.object', 'zod.z.object', 'zod.strictObject', 'zod.z.strictObject', 'joi.object', 'yup.object'].map((name) => [
    name,
    declared,
  ]),
);

/** The same object, with more checks. */
const SAME = /^(?:parse|parseAsync|validateSync|strict|passthrough|loose|readonly|partial|required|noUnknown|unknown)$/;
const WRAPPED: Readonly<Record<string, string>> = { safeParse: 'data', validate: 'value' };

/** `z.string().default('data/x.db')`, and what checking gives: calls of something that is not known. */
export function checkedSettings(call: Invocation): Value[] {
  const { callee } = call.call;
  if (callee.kind !== 'member') return [];
  if (callee.name === 'default' && call.positional.length === 1) return call.values(0).map(seal);
  const key = Object.hasOwn(WRAPPED, callee.name) ? WRAPPED[callee.name] : undefined;
  if (key === undefined && !SAME.test(callee.name)) return [];
  const schema = [...call.evaluator.evaluate(callee.object, call.frame)].filter((value) => value.kind === 'record');
  if (key === undefined || schema.length === 0) return schema;
  return [{ kind: 'record', entries: [{ key, value: () => schema }] }];
}

import type { z } from 'zod';

/** One thing wrong with the plan, in words for a person. */
export interface PlanIssue {
  readonly code: 'PLAN_INVALID' | 'PATH_OUTSIDE_WORKSPACE' | 'PLAN_VERSION';
  readonly path: readonly (string | number)[];
  readonly message: string;
}

type ZodIssue = z.core.$ZodIssue;

/** zod's issues as sentences that say where and what to do, one for each error. */
export function planIssues(issues: readonly ZodIssue[], at: readonly PropertyKey[] = []): PlanIssue[] {
  return issues.flatMap((issue) => explain(issue, [...at, ...issue.path]));
}

function explain(issue: ZodIssue, keys: readonly PropertyKey[]): PlanIssue[] {
  const path = keys.map((key) => (typeof key === 'number' ? key : String(key)));
  const say = (what: string): PlanIssue[] => [{ code: 'PLAN_INVALID', path, message: `${display(path)}: ${what}.` }];
  switch (issue.code) {
    case 'invalid_type':
      return issue.input === undefined
        ? say(`this is missing; add ${article(issue.expected)}`)
        : say(`expected ${article(issue.expected)}, found ${describe(issue.input)}`);
    case 'invalid_value': {
      if (path.length === 1 && path[0] === 'version')
        return [
          {
            code: 'PLAN_VERSION',
            path,
            message:
              issue.input === undefined
                ? 'The plan does not say its format; add "version": 1.'
                : `This version of SQLite Consolidator reads plans of version 1, not ${describe(issue.input)}. Update the extension, or draft a new plan.`,
          },
        ];
      return say(
        `expected ${issue.values.map((value) => JSON.stringify(value)).join(' or ')}, found ${describe(issue.input)}`,
      );
    }
    case 'unrecognized_keys':
      return issue.keys.map((key) => ({
        code: 'PLAN_INVALID' as const,
        path: [...path, key],
        message: `${display(path)}: ${quote(key)} is not part of the plan format; correct or remove it.`,
      }));
    case 'invalid_key':
      return planIssues(issue.issues as ZodIssue[], keys);
    case 'invalid_element':
      return planIssues(issue.issues as ZodIssue[], keys);
    case 'invalid_union': {
      // The alternative that got furthest is the one that was meant.
      const meant = issue.errors.filter(
        (errors) => !errors.some((error) => error.path.length === 0 && isTypeError(error)),
      );
      if (meant.length > 0) return planIssues(meant[0]!, keys);
      const expected = issue.errors
        .flat()
        .flatMap((error) => (error.code === 'invalid_type' ? [article(error.expected)] : values(error)));
      return say(`expected ${[...new Set(expected)].join(' or ') || 'another value'}, found ${describe(issue.input)}`);
    }
    case 'custom': {
      const code = issue.params?.finding === 'PATH_OUTSIDE_WORKSPACE' ? 'PATH_OUTSIDE_WORKSPACE' : 'PLAN_INVALID';
      return [{ code, path, message: `${display(path)}: ${issue.message}.` }];
    }
    default:
      return say(issue.message);
  }
}

function isTypeError(issue: ZodIssue): boolean {
  return issue.code === 'invalid_type' || issue.code === 'invalid_value';
}

function values(issue: ZodIssue): string[] {
  return issue.code === 'invalid_value' ? issue.values.map((value) => JSON.stringify(value)) : [];
}

const ARTICLES: Readonly<Record<string, string>> = {
  string: 'a text in quotes',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  object: 'an object { … }',
  record: 'an object { … }',
  array: 'a list [ … ]',
  null: 'null',
};

function article(expected: string): string {
  return ARTICLES[expected] ?? expected;
}

function describe(value: unknown): string {
  if (value === null) return 'null';
  if (value === undefined) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'an object';
  return typeof value === 'string' ? quote(value) : String(value);
}

/** A text of the plan inside a sentence: quoted, on one line, shortened. */
export function quote(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 77)}…` : text);
}

function display(path: readonly (string | number)[]): string {
  if (path.length === 0) return 'The plan';
  return path
    .map((key, index) =>
      typeof key === 'number'
        ? `[${key + 1}]`
        : `${index > 0 ? ' › ' : ''}${/^[\w./*-]{1,80}$/.test(key) ? key : quote(key)}`,
    )
    .join('');
}

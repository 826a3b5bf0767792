import type { Profile, ResolvedPlan } from '../plan/resolved';

/** PRAGMAs that take effect only while the database is empty, in the order in which they must be given. */
const AT_CREATION = ['page_size', 'auto_vacuum'];

/** The PRAGMAs of a profile: those for an empty file, and those for every connection (`journal_mode` first). */
export function splitProfile(profile: Profile): {
  creation: readonly (readonly [string, string])[];
  pragmas: readonly (readonly [string, string])[];
} {
  const pair = (name: string): readonly [string, string] => [name, String(profile[name]).toUpperCase()];
  const rest = Object.keys(profile).filter((name) => !AT_CREATION.includes(name));
  rest.sort((a, b) => Number(b === 'journal_mode') - Number(a === 'journal_mode') || (a < b ? -1 : 1));
  return { creation: AT_CREATION.filter((name) => profile[name] !== undefined).map(pair), pragmas: rest.map(pair) };
}

/** `"pool": { "size": 5, "wait": 30, "idle": 300 }` of a language's access section; times in seconds. */
export function poolLimits(plan: ResolvedPlan, language: string): { size: number; wait: number; idle: number } {
  const given = plan.access[language]?.pool;
  const pool = typeof given === 'object' && given !== null ? (given as Record<string, unknown>) : {};
  const number = (value: unknown, fallback: number, least: number) =>
    typeof value === 'number' && Number.isFinite(value) && value >= least ? value : fallback;
  return {
    size: Math.floor(number(pool.size, 5, 1)),
    wait: number(pool.wait, 30, 0),
    idle: number(pool.idle, 300, 0),
  };
}

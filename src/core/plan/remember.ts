/** Each step of resolving a plan looks at the same statements: what was read of a text is kept until the plan is resolved. */
const memories: Map<string, unknown>[] = [];

/** Bounded, so that an endless stream of texts cannot fill the memory. */
const MOST = 20_000;

export function remembered<T>(compute: (sql: string) => T): (sql: string) => T {
  const memory = new Map<string, T>();
  memories.push(memory);
  return (sql) => {
    const known = memory.get(sql);
    if (known !== undefined || memory.has(sql)) return known as T;
    if (memory.size >= MOST) memory.clear();
    const value = compute(sql);
    memory.set(sql, value);
    return value;
  };
}

export function forgetAll(): void {
  for (const memory of memories) memory.clear();
}

/** Members by what they have in common, in the order in which each came first; each list in the order that they have. */
export function groupBy<K, T>(members: Iterable<T>, keyOf: (member: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>();
  for (const member of members) {
    const key = keyOf(member);
    const group = groups.get(key);
    if (group) group.push(member);
    else groups.set(key, [member]);
  }
  return groups;
}

/**
 * Puts a value at the end of a map, which holds at most so many: those at the beginning go, the ones set longest ago.
 * @returns the values that went to make room
 */
export function setNewest<K, V>(map: Map<K, V>, key: K, value: V, most: number): V[] {
  map.delete(key);
  map.set(key, value);
  const gone: V[] = [];
  for (const [oldest, old] of map) {
    if (map.size <= most) break;
    map.delete(oldest);
    gone.push(old);
  }
  return gone;
}

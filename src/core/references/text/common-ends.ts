/** How many characters two texts have in common at their beginnings, and, of what is left, at their ends. */
export function commonEnds(one: string, other: string): { readonly prefix: number; readonly suffix: number } {
  const shortest = Math.min(one.length, other.length);
  let prefix = 0;
  while (prefix < shortest && one.charCodeAt(prefix) === other.charCodeAt(prefix)) prefix++;
  let suffix = 0;
  while (
    suffix < shortest - prefix &&
    one.charCodeAt(one.length - 1 - suffix) === other.charCodeAt(other.length - 1 - suffix)
  )
    suffix++;
  return { prefix, suffix };
}

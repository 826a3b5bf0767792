/**
 * Identifiers of resolutions, as findings offer them: a verb and what it is about. Names may hold anything, so each part
 * is percent-encoded.
 */
export function resolutionId(verb: string, ...parts: readonly string[]): string {
  return [verb, ...parts.map((part) => encodeURIComponent(part.replace(/\p{Surrogate}/gu, '\uFFFD')))].join(':');
}

/** The verb and the decoded parts. */
export function decodeResolution(id: string): { readonly verb: string; readonly parts: readonly string[] } {
  const [verb = '', ...parts] = id.split(':');
  return { verb, parts: parts.map((part) => decodeURIComponent(part)) };
}

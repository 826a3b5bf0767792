/** Seeded values for the scenarios: the same seed gives the same bytes on every machine. */
export function seeded(seed) {
  let state = seed >>> 0;
  // mulberry32
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
  const integer = (from, to) => from + Math.floor(next() * (to - from + 1));
  const pick = (list) => list[integer(0, list.length - 1)];
  const hex = (length) => Array.from({ length }, () => integer(0, 15).toString(16)).join('');
  return {
    next,
    integer,
    pick,
    hex,
    real: (from, to) => from + next() * (to - from),
    chance: (probability) => next() < probability,
    bytes: (length) => Uint8Array.from({ length }, () => integer(0, 255)),
    /** UTC time within a year from the first of January 2025. */
    time: () => new Date(Date.UTC(2025, 0, 1) + integer(0, 365 * 86400) * 1000).toISOString().slice(0, 19),
    sentence: (words) => Array.from({ length: words }, () => pick(WORDS)).join(' '),
  };
}

const WORDS =
  `roadmap spec review agent task queue commit branch merge retry timeout schema index cache token prompt model trace span latency
  "quoted" it's O'Brien's café naïve Ünïcödé 日本語 Ελληνικά emoji☕ déjà-vu 50% a\\b tab\tstop null`.split(/[ \n]+/);

/** Longer texts are generated or minified. They are searched around what may be a reference, and not as a whole. */
export const LONGEST_WHOLE = 2 << 20;

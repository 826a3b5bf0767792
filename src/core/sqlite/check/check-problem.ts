/** One thing that is wrong with a database file. */
export interface Problem {
  readonly code: 'DATABASE_CORRUPT';
  /** One-based page it was found on, 0 when it concerns the file as a whole. */
  readonly page: number;
  /** Table or index it belongs to; empty for the free list and the page accounting. */
  readonly object: string;
  readonly message: string;
}

/** As many are kept: one bad pointer can make thousands. SQLite's `integrity_check` stops at 100 too. */
const MOST_PROBLEMS = 100;

export class ProblemList {
  readonly problems: Problem[] = [];

  get full(): boolean {
    return this.problems.length >= MOST_PROBLEMS;
  }

  add(page: number, object: string, message: string): void {
    if (!this.full) this.problems.push({ code: 'DATABASE_CORRUPT', page, object, message });
  }
}

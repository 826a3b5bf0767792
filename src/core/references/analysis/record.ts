import { namesIn } from '../evaluation/project';
import type { Module } from '../evaluation/project';
import type { Reads } from '../evaluation/reads';
import type { PathNote } from './paths';
import type { Queries } from './queries';

/** The answer for one file, and what it follows from. */
export interface FileRecord {
  readonly module: Module;
  readonly reads: Reads;
  /** Dropped where only what was wanted counts: in a round after which more was parsed. */
  found?: { readonly notes: readonly PathNote[]; readonly queries: Queries };
}

/** One evaluation of all files, with as many parsed as were known to be of use. */
export interface Round {
  readonly modules: ReadonlyMap<string, Module>;
  readonly records: Map<string, FileRecord>;
}

/** What became different of a project. */
export class Changes {
  private readonly names = new Set<string>();

  constructor(
    private readonly files: Set<string>,
    private readonly declared: ReadonlySet<string>,
  ) {}

  /** A module came, went, or has another text. */
  add(module: Module): void {
    this.files.add(module.file);
    for (const name of namesIn(module)) this.names.add(name);
  }

  touch(record: FileRecord): boolean {
    const { files, names, declared } = record.reads;
    return (
      this.files.has(record.module.file) ||
      meet(this.files, files) ||
      meet(this.names, names) ||
      meet(this.declared, declared)
    );
  }
}

function meet(one: ReadonlySet<string>, other: ReadonlySet<string>): boolean {
  const [few, many] = one.size < other.size ? [one, other] : [other, one];
  for (const each of few) if (many.has(each)) return true;
  return false;
}

/**
 * What is different between two sets of modules, and in texts that are not parsed.
 * @returns undefined where modules of both stand in another order: then the order of answers may be another as well
 */
export function changesBetween(
  before: ReadonlyMap<string, Module>,
  after: ReadonlyMap<string, Module>,
  files: Iterable<string> = [],
  declared: ReadonlySet<string> = new Set(),
): Changes | undefined {
  const changes = new Changes(new Set(files), declared);
  const kept: string[] = [];
  for (const [file, module] of before) {
    const now = after.get(file);
    if (now) kept.push(file);
    if (now === module) continue;
    changes.add(module);
    if (now) changes.add(now);
  }
  let at = 0;
  for (const [file, module] of after) {
    if (!before.has(file)) changes.add(module);
    else if (kept[at++] !== file) return undefined;
  }
  return changes;
}

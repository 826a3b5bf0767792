import type { CodeFiles } from './outcome';

/** What something that was computed saw of the files. */
export interface Seen {
  readonly texts: Map<string, string | undefined>;
  readonly existing: Map<string, boolean>;
  list?: readonly string[];
}

/** Files that are looked at, with a note of what was seen: as long as it is the same, so is what was made of it. */
export class Sight implements CodeFiles {
  private seen: Seen = { texts: new Map(), existing: new Map() };

  constructor(readonly files: Required<CodeFiles>) {}

  /** What is seen from now on is noted anew: begin again when what was computed is ready. */
  begin(): Seen {
    return (this.seen = { texts: new Map(), existing: new Map() });
  }

  /** Would everything be seen as it was? */
  isAsBefore({ texts, existing, list }: Seen): boolean {
    if (list && list !== this.files.list()) return false;
    for (const [file, there] of existing) if (this.files.exists(file) !== there) return false;
    for (const [file, text] of texts) if (this.textOf(file) !== text) return false;
    return true;
  }

  read(file: string): string {
    this.seen.texts.set(file, undefined);
    const text = this.files.read(file);
    this.seen.texts.set(file, text);
    return text;
  }

  exists(file: string): boolean {
    const there = this.files.exists(file);
    this.seen.existing.set(file, there);
    return there;
  }

  list(): readonly string[] {
    return (this.seen.list = this.files.list());
  }

  private textOf(file: string): string | undefined {
    try {
      return this.files.read(file);
    } catch {
      return undefined;
    }
  }
}

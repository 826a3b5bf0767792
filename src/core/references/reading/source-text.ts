/** The text of a file. */
export class SourceText {
  private constructor(
    private string: string | undefined,
    /** What the file may call, as `calledNames` gives it, where the text was left on disk. */
    readonly calls: string | undefined,
    private readonly readAgain: () => string | undefined,
  ) {}

  static of(text: string): SourceText {
    return new SourceText(text, undefined, () => undefined);
  }

  /**
   * Most code has nothing to do with databases: nobody will ask for its text.
   * @param calls what it may call
   * @param readAgain reads the text, should somebody ask for it
   */
  static onDisk(calls: string, readAgain: () => string | undefined): SourceText {
    return new SourceText(undefined, calls, readAgain);
  }

  /** Undefined where the file went away. Once it was asked for it is kept. */
  get text(): string | undefined {
    return (this.string ??= this.readAgain());
  }

  /** The text, for a look. */
  peek(): string | undefined {
    return this.string ?? this.readAgain();
  }

  isSame(other: SourceText | undefined): boolean {
    return this === other || (this.string !== undefined && this.string === other?.string);
  }
}

/** Texts by file. */
export class Texts {
  private readonly files: Map<string, SourceText>;

  constructor(texts?: Texts) {
    this.files = new Map(texts?.files);
  }

  get size(): number {
    return this.files.size;
  }

  keys(): Iterable<string> {
    return this.files.keys();
  }

  of(file: string): SourceText | undefined {
    return this.files.get(file);
  }

  get(file: string): string | undefined {
    return this.files.get(file)?.text;
  }

  /** @returns false where it is the same text as before */
  set(file: string, text: SourceText | undefined): boolean {
    const before = this.files.get(file);
    if (text ? text.isSame(before) : before === undefined) return false;
    if (text) this.files.set(file, text);
    else this.files.delete(file);
    return true;
  }
}

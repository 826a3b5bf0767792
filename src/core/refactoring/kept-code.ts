import type { SourceText } from '../references/reading/source-text';
import { sameList } from '../same';
import { isCodeFile, openCodeFiles } from './code-files';
import type { OpenedCode } from './code-files';
import type { CodeFiles } from './outcome';

/** What is known of a workspace between two looks at it. */
export interface Look {
  readonly documents: Readonly<Record<string, string>>;
  /** The only files that may have changed since the last look; without it all may. */
  readonly changed?: readonly string[];
  /** The text that the scan of the workspace has of a file: as long as it is the same one, so is the file. */
  readonly scanned: (file: string) => SourceText | undefined;
}

/** The code files of a workspace that is looked at again and again: what did not change is not read again. */
export class KeptCode implements CodeFiles {
  private files: OpenedCode;
  private listed: readonly string[] = [];
  private look: Look = { documents: {}, scanned: () => undefined };

  constructor(private readonly workspace: string) {
    this.files = openCodeFiles(workspace);
  }

  /** From now on the files are as this look has them. */
  refresh(look: Look): void {
    const before = Object.keys(this.look.documents);
    this.look = look;
    const touched = look.changed && [...look.changed, ...before, ...Object.keys(look.documents)];
    const isSameList = touched?.every((file) => !isCodeFile(file) || this.files.isListed(file));
    if (!touched || !isSameList) this.files = openCodeFiles(this.workspace);
    else for (const file of touched) this.files.forget(file);
  }

  read(file: string): string {
    const text = this.look.documents[file] ?? this.look.scanned(file)?.text;
    // What was no UTF-8 is read in another way where it is to be written again.
    return text === undefined || text.includes('\uFFFD') ? this.files.read(file) : text;
  }

  source(file: string): SourceText | undefined {
    return file in this.look.documents ? undefined : this.look.scanned(file);
  }

  exists(file: string): boolean {
    return file in this.look.documents || this.files.exists(file);
  }

  /** The very same list as long as the same files are in it. */
  list(): readonly string[] {
    const listed = this.files.list();
    if (listed !== this.listed && !sameList(listed, this.listed)) this.listed = listed;
    return this.listed;
  }
}

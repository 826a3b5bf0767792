import * as vscode from 'vscode';
import path from 'node:path';
import { ConsolidationError } from '../core/errors';
import type { Inventory } from '../core/inventory/inventory';
import type { Pipeline } from '../core/pipeline';
import type { PipelineOptions } from '../core/pipeline-options';
import type { Finding, WorkOptions } from '../core/ports';
import { groupByFile } from '../core/references/by-file';
import type { Reference, ReferencesResult } from '../core/references/reference';
import type { CheckResult, StatusResult } from '../core/results';
import { exists } from './edits';
import { readSettings } from './settings';
import type { Settings } from './settings';

export type SessionChange = 'inventory' | 'check' | 'references' | 'status';

/** What is known of one workspace folder: the latest result of each verb, and who is to be told of a new one. */
export class WorkspaceSession implements vscode.Disposable {
  inventory: Inventory | undefined;
  checked: CheckResult | undefined;
  /** Why the plan file could not be read at the last check. */
  planError: ConsolidationError | undefined;
  references: ReferencesResult | undefined;
  /** Files whose fixes are not known yet. They follow. */
  private fixesPending: ReadonlySet<string> = new Set();
  status: StatusResult | undefined;

  private readonly changed = new vscode.EventEmitter<SessionChange>();
  readonly onDidChange = this.changed.event;
  private referencesByFile = new Map<string, Reference[]>();
  /** Files that changed since the last analysis that came to its end, each with the number of its change. */
  private readonly changedFiles = new Map<string, number>();
  private changes = 0;
  /** The newest analysis, running or done. */
  private analysis: { readonly controller: AbortController; result: Promise<ReferencesResult> } | undefined;

  constructor(
    readonly folder: vscode.WorkspaceFolder,
    private readonly pipeline: Pipeline,
    /** Where the inventory is remembered between windows. */
    private readonly cacheDirectory: string | undefined,
  ) {}

  get name(): string {
    return this.folder.name;
  }

  get settings(): Settings {
    return readSettings(this.folder.uri);
  }

  get planUri(): vscode.Uri {
    return this.uri(this.settings.planFile);
  }

  isPlan(uri: vscode.Uri): boolean {
    return uri.toString() === this.planUri.toString();
  }

  hasPlan(): Promise<boolean> {
    return exists(this.planUri);
  }

  /** The options every verb is given; unsaved editors count with their current text. */
  options(work: WorkOptions = {}): PipelineOptions {
    const { planFile, exclude, roles } = this.settings;
    return {
      workspace: this.folder.uri.fsPath,
      plan: planFile,
      exclude,
      roles,
      cacheDirectory: this.cacheDirectory,
      documents: this.unsaved(),
      ...work,
    };
  }

  uri(file: string): vscode.Uri {
    return vscode.Uri.joinPath(this.folder.uri, file);
  }

  /** Path relative to the folder with `/`, or undefined when the document lies elsewhere. */
  relative(uri: vscode.Uri): string | undefined {
    if (uri.scheme !== this.folder.uri.scheme) return undefined;
    const relative = path.relative(this.folder.uri.fsPath, uri.fsPath);
    if (relative === '' || relative.startsWith('..') || path.isAbsolute(relative)) return undefined;
    return relative.split(path.sep).join('/');
  }

  /** References in one file, in the order of their places. */
  inFile(file: string): readonly Reference[] {
    return this.referencesByFile.get(file) ?? [];
  }

  /** Are the fixes of a file's references not known yet? */
  awaitsFixes(file: string): boolean {
    return this.fixesPending.has(file);
  }

  get files(): readonly string[] {
    return [...this.referencesByFile.keys()];
  }

  get staleReferences(): readonly Reference[] {
    return this.references?.references.filter((reference) => reference.stale) ?? [];
  }

  async scan(work?: WorkOptions): Promise<Inventory> {
    this.inventory = await this.pipeline.scan(this.options(work));
    this.changed.fire('inventory');
    return this.inventory;
  }

  /** A plan file that cannot be read is a result as well: its errors have places in the file. */
  async check(work?: WorkOptions): Promise<CheckResult> {
    const options = this.options(work);
    try {
      this.checked = await this.pipeline.check(options);
    } catch (error) {
      if (!(error instanceof ConsolidationError) || !Array.isArray(error.details.findings)) throw error;
      const planFile = this.settings.planFile;
      const findings = error.details.findings as readonly Finding[];
      this.checked = { version: 1, ok: false, planFile, findings, error: error.toValue() };
    }
    this.changed.fire('check');
    return this.checked;
  }

  /** A file of the folder changed, came or went; for {@link findReferencesAgain}. */
  noteChange(uri: vscode.Uri): void {
    const file = this.relative(uri);
    if (file !== undefined) this.changedFiles.set(file, ++this.changes);
  }

  /** Looks at what is known to have changed, and at nothing else. */
  findReferencesAgain(): Promise<ReferencesResult> {
    return this.analyse({}, this.references && [...this.changedFiles.keys()]);
  }

  /** Looks at everything. A newer call ends an older one that still runs; who waited for that gets the newer result. */
  findReferences(work: WorkOptions = {}): Promise<ReferencesResult> {
    return this.analyse(work, undefined);
  }

  private analyse(work: WorkOptions, changed: readonly string[] | undefined): Promise<ReferencesResult> {
    const until = this.changes;
    this.analysis?.controller.abort();
    const controller = new AbortController();
    const abort = () => controller.abort();
    work.signal?.addEventListener('abort', abort, { once: true });
    const run = async (): Promise<ReferencesResult> => {
      try {
        const options = this.options({ ...work, signal: controller.signal });
        const onReferences = (found: ReferencesResult) => {
          if (this.analysis === analysis) this.setReferences(found);
        };
        const result = await this.pipeline.references({ ...options, changed, onReferences });
        for (const [file, change] of this.changedFiles) if (change <= until) this.changedFiles.delete(file);
        if (this.analysis === analysis) this.setReferences(result);
        return result;
      } catch (error) {
        const newer = this.analysis === analysis ? undefined : this.analysis;
        if (newer && !work.signal?.aborted) return newer.result;
        throw error;
      } finally {
        work.signal?.removeEventListener('abort', abort);
      }
    };
    const analysis = { controller, result: undefined as unknown as Promise<ReferencesResult> };
    this.analysis = analysis;
    analysis.result = run();
    return analysis.result;
  }

  async refreshStatus(): Promise<StatusResult> {
    this.status = await this.pipeline.status(this.options());
    this.changed.fire('status');
    return this.status;
  }

  /** What is known of a plan that is gone. */
  forgetPlan(): void {
    this.checked = undefined;
    this.changed.fire('check');
  }

  dispose(): void {
    this.analysis?.controller.abort();
    this.changed.dispose();
  }

  private setReferences(result: ReferencesResult): void {
    this.references = result;
    this.fixesPending = new Set(result.fixesPending);
    this.referencesByFile = groupByFile(result.references);
    this.changed.fire('references');
  }

  private unsaved(): Record<string, string> {
    const documents: Record<string, string> = {};
    for (const document of vscode.workspace.textDocuments) {
      const file = document.isDirty && !document.isClosed ? this.relative(document.uri) : undefined;
      if (file !== undefined) documents[file] = document.getText();
    }
    return documents;
  }
}

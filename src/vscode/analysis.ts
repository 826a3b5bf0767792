import * as vscode from 'vscode';
import { ConsolidationError } from '../core/errors';
import { withQuietProgress } from './progress';
import type { Services } from './services';
import type { WorkspaceSession } from './session';

/** Milliseconds without an edit after which the whole folder is looked at again. */
const quietBeforeAll = 10_000;

/** The files that references are searched in, as far as a glob can say it. */
const sourceFiles =
  '**/*.{py,pyi,pyw,go,ts,mts,cts,tsx,js,mjs,cjs,jsx,java,cs,rs,rb,rake,ru,php,cpp,cc,cxx,c,h,hpp,hh,hxx,ipp,inl,sh,bash,' +
  'yaml,yml,toml,json,jsonc,ini,cfg,conf,properties,env,service,xml,config,md,mdx,rst,txt,sql,prisma,mk,tf,cron,crontab,just}';

/**
 * Keeps check results and references up to date: once when a folder has a plan, then after edits, saves and changes of the
 * plan file, after a moment of quiet. All work is the worker's; a newer analysis ends an older one.
 */
export class Analysis implements vscode.Disposable {
  private readonly timers = new Map<WorkspaceSession, NodeJS.Timeout>();
  /** Analyses of everything: a folder that another program removes is told of as a folder, not file by file. */
  private readonly wholeTimers = new Map<WorkspaceSession, NodeJS.Timeout>();
  private readonly planChanged = new Set<WorkspaceSession>();
  private readonly subscriptions: vscode.Disposable[] = [];
  private readonly running = new Set<Promise<void>>();

  constructor(private readonly services: Services) {
    const { sessions } = services;
    this.subscriptions.push(
      vscode.workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
        if (contentChanges.length > 0) this.changed(document.uri);
      }),
      vscode.workspace.onDidCloseTextDocument((document) => {
        if (document.isDirty) this.changed(document.uri);
      }),
      vscode.workspace.onDidChangeConfiguration((event) => {
        if (!event.affectsConfiguration('sqliteConsolidator')) return;
        for (const session of sessions.all) this.schedule(session, true);
      }),
      vscode.workspace.onDidChangeWorkspaceFolders(({ added }) => {
        for (const folder of added) void this.track(this.begin(folder));
      }),
    );
    for (const folder of vscode.workspace.workspaceFolders ?? []) void this.track(this.begin(folder));
  }

  /** Resolves when nothing is planned nor running, for tests. */
  async whenIdle(): Promise<void> {
    while (this.timers.size > 0 || this.running.size > 0) {
      await Promise.all(this.running);
      if (this.timers.size > 0) await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  dispose(): void {
    for (const timer of [...this.timers.values(), ...this.wholeTimers.values()]) clearTimeout(timer);
    for (const subscription of this.subscriptions) subscription.dispose();
  }

  /** A folder without a plan costs nothing: no worker is started for it. */
  private async begin(folder: vscode.WorkspaceFolder): Promise<void> {
    const session = this.services.sessions.of(folder);
    this.watch(session);
    if (await session.hasPlan()) this.schedule(session, true);
  }

  private watch(session: WorkspaceSession): void {
    const watch = (glob: string, changed: (uri: vscode.Uri) => void) => {
      const watcher = vscode.workspace.createFileSystemWatcher(new vscode.RelativePattern(session.folder, glob));
      this.subscriptions.push(
        watcher,
        watcher.onDidChange(changed),
        watcher.onDidCreate(changed),
        watcher.onDidDelete(changed),
      );
    };
    watch(session.settings.planFile, () => this.schedule(session, true));
    watch('.sqlite-consolidator/runs/*/report.json', () => void this.track(session.refreshStatus()));
    watch(sourceFiles, (uri) => {
      session.noteChange(uri);
      this.schedule(session, false);
    });
  }

  private changed(uri: vscode.Uri): void {
    const session = this.services.sessions.at(uri);
    if (!session || session.relative(uri) === undefined) return;
    session.noteChange(uri);
    this.schedule(session, session.isPlan(uri));
  }

  private schedule(session: WorkspaceSession, planChanged: boolean): void {
    if (planChanged) this.planChanged.add(session);
    else if (!session.checked?.resolved) return;
    clearTimeout(this.timers.get(session));
    const timer = setTimeout(() => {
      this.timers.delete(session);
      void this.track(this.analyse(session));
    }, session.settings.analysisDelay);
    this.timers.set(session, timer);
  }

  private async analyse(session: WorkspaceSession): Promise<void> {
    if (!(await session.hasPlan())) {
      this.planChanged.delete(session);
      session.forgetPlan();
      return;
    }
    const whole = this.planChanged.has(session);
    const work = async () => {
      if (this.planChanged.delete(session)) {
        await session.check();
        await session.refreshStatus();
        if (!session.inventory) await session.scan();
      }
      if (!session.checked?.resolved) return;
      if (whole) await session.findReferences();
      else {
        await session.findReferencesAgain();
        this.lookAtAllLater(session);
      }
    };
    await (session.references ? work() : withQuietProgress('$(database) Finding stale references', work));
  }

  private lookAtAllLater(session: WorkspaceSession): void {
    clearTimeout(this.wholeTimers.get(session));
    const timer = setTimeout(() => {
      this.wholeTimers.delete(session);
      // What is under way, or about to be, looks first.
      if (this.timers.has(session) || this.running.size > 0) this.lookAtAllLater(session);
      else void this.track(session.findReferences().then(() => undefined));
    }, quietBeforeAll);
    this.wholeTimers.set(session, timer);
  }

  /** Failures of background work go to the log; a command that meets the same one shows it. */
  private async track(work: Promise<unknown>): Promise<void> {
    const settled = work.then(
      () => undefined,
      (error: unknown) => {
        if (error instanceof ConsolidationError && error.code === 'CANCELLED') return;
        const { message } = this.services.log.error('analysis', error);
        const text = `$(warning) SQLite Consolidator: references could not be analysed: ${message}`;
        vscode.window.setStatusBarMessage(text, 15_000);
      },
    );
    this.running.add(settled);
    await settled;
    this.running.delete(settled);
  }
}

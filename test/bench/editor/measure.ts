import { writeFileSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout } from 'node:timers/promises';
import * as vscode from 'vscode';
import type { ConsolidatorApi } from '../../../src/vscode/api';
import { longestStretch } from './profile';

const EXTENSION = 'sqlite-consolidator.sqlite-consolidator';
/** Milliseconds between two looks at the event loop: part of every delay, and taken away from it. */
const RESOLUTION = 2;
const EDITS = 30;
/** Milliseconds for what follows an edit, where nothing tells that it is done. */
const PAUSE = 500;
const SHORT = 'src/part13/**/file13.py';
const LONG = 'src/long.py';

interface Figures {
  readonly phase: string;
  readonly milliseconds: number;
  readonly references: number;
  /** Delay of the event loop in milliseconds. */
  readonly p99: number;
  readonly max: number;
  /** The longest stretch that the extension's code took, in milliseconds. */
  readonly own: number;
}

/** VS Code calls this in the extension host. */
export async function run(): Promise<void> {
  const { FIGURES: file, VSCODE_TEST_RESULT: result } = process.env;
  if (!file || !result) throw new Error('Run this with `npm run bench editor`.');
  const extension = vscode.extensions.getExtension<ConsolidatorApi>(EXTENSION)!;
  let references = () => 0;
  const measured = async (phase: string, work: () => Promise<unknown>): Promise<Figures> => {
    const delay = monitorEventLoopDelay({ resolution: RESOLUTION });
    const started = performance.now();
    const own = await longestStretch(`${extension.extensionPath}/dist/extension.js`, async () => {
      delay.enable();
      // The first look at the loop has none before that it could be late after.
      await setTimeout(20);
      await work();
      await setTimeout(50);
      delay.disable();
    });
    const shown = (nanoseconds: number) => Math.max(0, Math.round(nanoseconds / 1e5 - RESOLUTION * 10) / 10);
    const milliseconds = Math.round(performance.now() - started);
    return {
      phase,
      milliseconds,
      references: references(),
      p99: shown(delay.percentile(99)),
      max: shown(delay.max),
      // What the profile cannot tell apart, such as waiting in native code, did not hold the loop.
      own: Math.min(own, shown(delay.max)),
    };
  };

  const found = [
    await measured('VS Code starts', () => setTimeout(8_000)),
    await measured('nothing', () => setTimeout(10_000)),
    await measured('edits without the extension', () => edits(SHORT, () => setTimeout(PAUSE))),
    await measured('edits of 5,000 lines without it', () => edits(LONG, () => setTimeout(PAUSE))),
  ];
  await vscode.commands.executeCommand('workbench.action.files.revert');
  let api: ConsolidatorApi | undefined;
  found.push(await measured('activation', async () => (api = await extension.activate())));
  const { sessions, whenIdle } = api!;
  references = () => sessions().reduce((sum, { references: each }) => sum + (each?.references.length ?? 0), 0);
  const command = (name: string) => vscode.commands.executeCommand(`sqliteConsolidator.${name}`, { confirmed: true });
  found.push(await measured('plan and cold search', () => Promise.resolve(command('draftPlan')).then(whenIdle)));
  found.push(await measured('search of all again', () => Promise.resolve(command('refreshReferences')).then(whenIdle)));
  found.push(await measured('edits', () => edits(SHORT, whenIdle)));
  found.push(await measured('edits of 5,000 lines', () => edits(LONG, whenIdle)));
  writeFileSync(file, JSON.stringify(found));
  writeFileSync(result, JSON.stringify({ passed: found.length, failed: 0, skipped: 0 }));
}

/** Types in a file that names a database: comments, another table and back, each waited for. */
async function edits(file: string, whenIdle: () => Promise<void>): Promise<void> {
  const [uri] = await vscode.workspace.findFiles(file);
  if (!uri) throw new Error('There is no file to edit.');
  const document = await vscode.workspace.openTextDocument(uri);
  const editor = await vscode.window.showTextDocument(document);
  for (let turn = 0; turn < EDITS; turn++) {
    const text = document.getText();
    const at = text.indexOf(turn % 2 === 0 ? '_rows"' : '_events"');
    await editor.edit((edit) => {
      if (at >= 0 && turn % 3 === 0)
        edit.replace(
          new vscode.Range(document.positionAt(at), document.positionAt(text.indexOf('"', at))),
          turn % 2 === 0 ? '_events' : '_rows',
        );
      else edit.insert(document.lineAt(10 + turn).range.end, ` # ${turn}`);
    });
    // The analysis waits for a moment of quiet.
    await setTimeout(20);
    await whenIdle();
  }
}

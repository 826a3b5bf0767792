import * as vscode from 'vscode';
import type { CommandArgument } from '../commands/command';
import type { Services } from '../services';
import type { SessionChange, WorkspaceSession } from '../session';

/** A node of one of the trees: what is shown, and how to get what lies below it. */
export interface TreeNode {
  readonly item: vscode.TreeItem;
  readonly children?: () => readonly TreeNode[];
  /** What a command from the node's menu is given. */
  readonly argument?: CommandArgument;
}

/** Registers a tree whose roots are made from the sessions; with several workspace folders each is a root of its own. */
export function registerTree(
  { context, sessions }: Services,
  id: string,
  changes: readonly SessionChange[],
  roots: (session: WorkspaceSession) => readonly TreeNode[],
): vscode.TreeView<TreeNode> {
  const changed = new vscode.EventEmitter<undefined>();
  const provider: vscode.TreeDataProvider<TreeNode> = {
    onDidChangeTreeData: changed.event,
    getTreeItem: (node) => node.item,
    getChildren: (node) => {
      if (node) return [...(node.children?.() ?? [])];
      const filled = sessions.all.map((session) => ({ session, nodes: roots(session) })).filter(hasNodes);
      if (filled.length < 2 && (vscode.workspace.workspaceFolders?.length ?? 0) < 2)
        return [...(filled[0]?.nodes ?? [])];
      return filled.map(({ session, nodes }) => folderNode(session, nodes));
    },
  };
  const view = vscode.window.createTreeView(id, { treeDataProvider: provider, showCollapseAll: true });
  context.subscriptions.push(
    view,
    changed,
    sessions.onDidChange(({ change }) => {
      if (changes.includes(change)) changed.fire(undefined);
    }),
  );
  return view;
}

export function node(
  label: string,
  options: Partial<Omit<vscode.TreeItem, 'label' | 'collapsibleState'>> & {
    expanded?: boolean;
    argument?: CommandArgument;
  },
  children?: () => readonly TreeNode[],
): TreeNode {
  const { expanded, argument, ...rest } = options;
  const state = children
    ? expanded
      ? vscode.TreeItemCollapsibleState.Expanded
      : vscode.TreeItemCollapsibleState.Collapsed
    : vscode.TreeItemCollapsibleState.None;
  return { item: Object.assign(new vscode.TreeItem(label, state), rest), children, argument };
}

function hasNodes(entry: { readonly nodes: readonly TreeNode[] }): boolean {
  return entry.nodes.length > 0;
}

function folderNode(session: WorkspaceSession, nodes: readonly TreeNode[]): TreeNode {
  return node(session.name, { iconPath: vscode.ThemeIcon.Folder, expanded: true }, () => nodes);
}

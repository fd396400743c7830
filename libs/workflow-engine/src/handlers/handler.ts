import type { Template, TemplateKind } from '@argosy/workflow-spec';
import type { RunDraft } from '../kernel/run-draft.js';
import type { EngineCommand } from '../model/command.js';
import type { CallSite, FrameOf, NodeKind, StructureKind } from '../model/frame.js';
import type { EventsOf } from '../model/node-event.js';

/** How a node of one kind lives. Handlers change the draft only through its methods and never look at other kinds. */
export interface NodeHandler<K extends NodeKind> {
  /** Takes in what happened. Called only while the node is open, one event at a time. */
  on(run: RunDraft, frame: FrameOf<K>, event: EventsOf<K>): void;
  /** What has to be true outside while the node is as it is. */
  desired?(run: RunDraft, frame: FrameOf<K>): readonly EngineCommand[];
}

export interface TemplateHandler<K extends TemplateKind> extends NodeHandler<K> {
  /** Makes the node, or takes up the one that is there, and its frame. Inputs are bound. */
  start(run: RunDraft, site: CallSite, template: Template): void;
}

/** One entry per kind: a kind without a handler does not compile. */
export type HandlerTable = { readonly [K in TemplateKind]: TemplateHandler<K> } & {
  readonly [K in StructureKind]: NodeHandler<K>;
};

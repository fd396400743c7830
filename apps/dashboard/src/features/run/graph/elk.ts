import Elk from 'elkjs/lib/elk-api.js';
import type { ElkNode } from 'elkjs/lib/elk-api.js';
import workerUrl from 'elkjs/lib/elk-worker.min.js?url';
import type { Arrange, Point } from './graph-layout.js';

/** The layout engine thinks in a thread of its own, so that the page stays at hand meanwhile. */
let engine: InstanceType<typeof Elk> | undefined;

export const arrange: Arrange = async ({ items, edges }, direction) => {
  engine ??= new Elk({ workerUrl });
  const graph: ElkNode = {
    id: 'sheet',
    layoutOptions: {
      'elk.algorithm': 'layered',
      'elk.direction': direction,
      'elk.edgeRouting': 'ORTHOGONAL',
      'elk.layered.mergeEdges': 'true',
      'elk.layered.considerModelOrder.strategy': 'NODES_AND_EDGES',
      'elk.layered.nodePlacement.bk.fixedAlignment': 'BALANCED',
      'elk.layered.spacing.nodeNodeBetweenLayers': direction === 'RIGHT' ? '44' : '38',
      'elk.layered.spacing.edgeNodeBetweenLayers': '16',
      'elk.spacing.nodeNode': '20',
      'elk.spacing.edgeNode': '18',
      'elk.padding': '[top=0,left=0,bottom=0,right=0]',
    },
    children: items.map(({ id, width, height }) => ({ id, width, height })),
    edges: edges.map(({ from, to }, index) => ({ id: String(index), sources: [from], targets: [to] })),
  };
  const laid = await engine.layout(graph);
  const at = new Map(laid.children?.map(({ id, x = 0, y = 0 }): [string, Point] => [id, { x, y }]));
  const lines = (laid.edges ?? []).map(({ sections = [] }) =>
    sections.flatMap(({ startPoint, bendPoints = [], endPoint }) => [startPoint, ...bendPoints, endPoint]),
  );
  return { at, lines, width: laid.width ?? 0, height: laid.height ?? 0 };
};

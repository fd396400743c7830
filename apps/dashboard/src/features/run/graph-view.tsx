import { Center, Loader, Text } from '@mantine/core';
import { Background, Controls, Handle, MiniMap, Position, ReactFlow } from '@xyflow/react';
import type { Edge, Node, NodeProps } from '@xyflow/react';
import '@xyflow/react/dist/style.css';
import { useEffect, useMemo, useState } from 'react';
import type { ReactElement } from 'react';
import type { StepFragment } from '../../gql/operations.js';
import { durationOf } from '../../shell/format.js';
import { PhaseIcon, phaseWord } from '../../shell/phase.js';
import { graphOf } from './graph.js';
import type { GraphStep } from './graph.js';

const WIDTH = 190;
const HEIGHT = 40;
type StepNode = Node<{ item: GraphStep; selected: boolean }, 'step'>;

function StepBox({ data: { item, selected } }: NodeProps<StepNode>): ReactElement {
  return (
    <div
      className="graph-node"
      style={selected ? { borderColor: 'var(--mantine-primary-color-filled)', borderWidth: 2 } : undefined}
      aria-label={`${item.label}, ${phaseWord(item.phase)}`}
    >
      <Handle type="target" position={Position.Top} style={{ opacity: 0 }} />
      <PhaseIcon phase={item.phase} />
      <b title={item.label}>{item.label}</b>
      <Text size="xs" c="dimmed">
        {item.count > 1 ? `×${item.count}` : durationOf(item.startedAt, item.finishedAt, Date.now())}
      </Text>
      <Handle type="source" position={Position.Bottom} style={{ opacity: 0 }} />
    </div>
  );
}
const nodeTypes = { step: StepBox };

export function GraphView({
  steps,
  selected,
  onSelect,
}: {
  steps: readonly StepFragment[];
  selected: string | null;
  onSelect: (id: string) => void;
}): ReactElement {
  const graph = useMemo(() => graphOf(steps), [steps]);
  const shape = JSON.stringify([graph.steps.map(({ id }) => id), graph.edges]);
  const [places, setPlaces] = useState<ReadonlyMap<string, { x: number; y: number }>>();
  useEffect(() => {
    let current = true;
    // The layout engine is large, so it comes only to those who look at a graph.
    void import('elkjs/lib/elk.bundled.js').then(async ({ default: Elk }) => {
      const laid = await new Elk().layout({
        id: 'root',
        layoutOptions: {
          'elk.algorithm': 'layered',
          'elk.direction': 'DOWN',
          'elk.layered.spacing.nodeNodeBetweenLayers': '34',
          'elk.spacing.nodeNode': '18',
        },
        children: graph.steps.map(({ id }) => ({ id, width: WIDTH, height: HEIGHT })),
        edges: graph.edges.map(([from, to]) => ({ id: `${from}>${to}`, sources: [from], targets: [to] })),
      });
      if (current) setPlaces(new Map(laid.children?.map(({ id, x = 0, y = 0 }) => [id, { x, y }])));
    });
    return () => void (current = false);
    // eslint-disable-next-line react-hooks/exhaustive-deps -- the layout depends on the shape alone, not on phases
  }, [shape]);
  if (!places) {
    return (
      <Center h="100%">
        <Loader aria-label="Laying out the graph" />
      </Center>
    );
  }
  const nodes: StepNode[] = graph.steps.map((item) => ({
    id: item.id,
    type: 'step',
    position: places.get(item.id) ?? { x: 0, y: 0 },
    data: { item, selected: item.id === selected },
  }));
  const edges: Edge[] = graph.edges.map(([source, target]) => ({ id: `${source}>${target}`, source, target }));
  return (
    <ReactFlow
      nodes={nodes}
      edges={edges}
      nodeTypes={nodeTypes}
      fitView
      minZoom={0.05}
      onlyRenderVisibleElements
      nodesDraggable={false}
      nodesConnectable={false}
      onNodeClick={(_event, { id }) => onSelect(id)}
    >
      <Background gap={20} />
      <Controls showInteractive={false} />
      {nodes.length > 30 && <MiniMap pannable zoomable />}
    </ReactFlow>
  );
}

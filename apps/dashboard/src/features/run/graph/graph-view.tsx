import { Loader, useComputedColorScheme } from '@mantine/core';
import { IconMaximize } from '@tabler/icons-react';
import {
  Background,
  ControlButton,
  Controls,
  getViewportForBounds,
  MiniMap,
  ReactFlow,
  ReactFlowProvider,
  useReactFlow,
  useStore,
  useStoreApi,
  ViewportPortal,
} from '@xyflow/react';
import type { ReactFlowState } from '@xyflow/react';
import '@xyflow/react/dist/style.css';
import { memo, useCallback, useEffect, useMemo, useRef, useState } from 'react';
import type { ReactElement } from 'react';
import { phaseColor } from '../../../shell/phase.js';
import { headPath, linePath } from './edge-path.js';
import { arrange } from './elk.js';
import { GraphBox, GraphContext } from './graph-boxes.js';
import type { BoxNode } from './graph-boxes.js';
import { edgesOf } from './graph-edges.js';
import { layoutOf } from './graph-layout.js';
import type { Direction, Layout, Line, Place } from './graph-layout.js';
import { boxesOf } from './graph.js';
import type { Box, Folds, GraphStep } from './graph.js';
import { areaOf, boxesWithin, MOST_BOXES, sketchOf, stillFits } from './overview.js';
import './graph.css';

const nodeTypes = { box: GraphBox };
const FIT_PADDING = 0.06;
const MIN_ZOOM = 0.01;
const MOST_ZOOM_TO_FIT = 1.15;
const MAP_FROM = 40;

const sizeOf = ({ width, height }: ReactFlowState): string => `${width}x${height}`;

const directionNow = (): Direction => (window.matchMedia('(max-width: 48em)').matches ? 'DOWN' : 'RIGHT');

/** Where everything goes. It is thought out anew when the shape changes, not when phases do. */
function useLayout(boxes: readonly Box[], edges: ReturnType<typeof edgesOf>): Layout | undefined {
  const [layout, setLayout] = useState<Layout>();
  const latest = useRef({ boxes, edges });
  latest.current = { boxes, edges };
  const shape = useMemo(
    () =>
      `${boxes.map(({ id, fold }) => `${id}${fold ?? ''}`).join()}|${edges.map(({ from, to }) => `${from}>${to}`).join()}`,
    [boxes, edges],
  );
  useEffect(() => {
    let current = true;
    void layoutOf(latest.current.boxes, latest.current.edges, directionNow(), arrange).then((laid) => {
      if (current) setLayout(laid);
    });
    return () => void (current = false);
  }, [shape]);
  return layout;
}

const Lines = memo(function Lines({ lines, isSketch }: { lines: readonly Line[]; isSketch: boolean }): ReactElement {
  const paths = useMemo(() => {
    const join = (isHook: boolean, draw: (points: Line['points']) => string): string =>
      lines.flatMap((line) => (line.isHook === isHook ? [draw(line.points)] : [])).join('');
    return {
      plain: join(false, linePath),
      hooks: join(true, linePath),
      heads: join(false, headPath) + join(true, headPath),
    };
  }, [lines]);
  return (
    <ViewportPortal>
      {/* All lines are one path: thousands of them cost the browser no more than one. */}
      <svg className="graph-lines" aria-hidden>
        <path d={paths.plain} />
        <path d={paths.hooks} className="graph-hook" />
        {!isSketch && <path d={paths.heads} className="graph-arrow" />}
      </svg>
    </ViewportPortal>
  );
});

/** Too many boxes for the browser to keep apart: their places and colours. Whoever comes closer sees them. */
const Sketch = memo(function Sketch({ boxes, layout }: { boxes: readonly Box[]; layout: Layout }): ReactElement {
  const paths = useMemo(() => sketchOf(boxes, layout, ({ phase }) => phaseColor(phase)), [boxes, layout]);
  return (
    <ViewportPortal>
      <svg className="graph-sketch" aria-hidden>
        {[...paths].map(([color, path]) => (
          <path key={color} d={path} fill={color} />
        ))}
      </svg>
    </ViewportPortal>
  );
});

/** The boxes in view, and whether they are too many to be drawn one by one. */
function useVisible(boxes: readonly Box[], layout: Layout): { shown: readonly Box[]; isSketch: boolean } {
  const store = useStoreApi();
  const [area, setArea] = useState<Place>();
  useEffect(() => {
    const look = ({ transform: [x, y, zoom], width, height }: ReactFlowState): void => {
      const view = { x, y, zoom, width, height };
      if (width > 0) setArea((before) => (before && stillFits(before, view) ? before : areaOf(view)));
    };
    look(store.getState());
    return store.subscribe(look);
  }, [store]);
  return useMemo(() => {
    if (boxes.length <= MOST_BOXES) return { shown: boxes, isSketch: false };
    return area ? boxesWithin(boxes, layout, area) : { shown: [], isSketch: true };
  }, [boxes, layout, area]);
}

/** Moves the view so that everything is in it. */
function useFit({ width, height }: Layout): () => void {
  const flow = useReactFlow<BoxNode>();
  const store = useStoreApi();
  return useCallback(() => {
    const { width: seenWidth, height: seenHeight } = store.getState();
    if (seenWidth === 0) return;
    const bounds = { x: 0, y: 0, width, height };
    void flow.setViewport(getViewportForBounds(bounds, seenWidth, seenHeight, MIN_ZOOM, MOST_ZOOM_TO_FIT, FIT_PADDING));
  }, [flow, store, width, height]);
}

function Canvas({ boxes, layout, isDark }: { boxes: readonly Box[]; layout: Layout; isDark: boolean }): ReactElement {
  const isTouched = useRef(false);
  const fit = useFit(layout);
  const { shown, isSketch } = useVisible(boxes, layout);
  // From below: frames, the lines (1), boxes.
  const nodes = useMemo(
    () =>
      shown.flatMap((box): BoxNode[] => {
        const place = layout.places.get(box.id);
        if (!place) return [];
        const { x, y, width, height } = place;
        const zIndex = box.fold === 'open' ? 0 : 2;
        return [{ id: box.id, type: 'box', position: { x, y }, width, height, zIndex, data: { box } }];
      }),
    [shown, layout],
  );
  const size = useStore(sizeOf);
  useEffect(() => {
    // A run that grows, or a window that shrinks, leaves everything in view, until the person has chosen a view.
    if (!isTouched.current) fit();
  }, [fit, size]);
  return (
    <ReactFlow<BoxNode>
      nodes={nodes}
      nodeTypes={nodeTypes}
      colorMode={isDark ? 'dark' : 'light'}
      minZoom={MIN_ZOOM}
      onlyRenderVisibleElements
      nodesDraggable={false}
      nodesConnectable={false}
      nodesFocusable={false}
      elementsSelectable={false}
      onMoveStart={(event) => {
        if (event) isTouched.current = true;
      }}
    >
      {isSketch && <Sketch boxes={boxes} layout={layout} />}
      <Lines lines={layout.lines} isSketch={isSketch} />
      <Background gap={22} size={1.2} />
      <Controls showInteractive={false} showFitView={false}>
        <ControlButton aria-label="Show everything" title="Show everything" onClick={fit}>
          <IconMaximize />
        </ControlButton>
      </Controls>
      {boxes.length >= MAP_FROM && boxes.length <= MOST_BOXES && (
        <MiniMap<BoxNode> pannable zoomable nodeColor={({ data: { box } }) => phaseColor(box.phase)} />
      )}
    </ReactFlow>
  );
}

export function GraphView({
  steps,
  selected,
  onSelect,
}: {
  steps: readonly GraphStep[];
  selected: string | null;
  onSelect: (id: string) => void;
}): ReactElement {
  const [folds, setFolds] = useState<Folds>(new Map());
  const drawn = useMemo(() => boxesOf(steps, folds), [steps, folds]);
  const edges = useMemo(() => edgesOf(steps, drawn), [steps, drawn]);
  const layout = useLayout(drawn.boxes, edges);
  const isDark = useComputedColorScheme('light') === 'dark';
  const onFold = useCallback(
    (id: string, folded: boolean) => setFolds((before) => new Map([...before, [id, folded]])),
    [],
  );
  // What is inside a folded frame is marked by the frame.
  const marked = selected === null ? null : (drawn.boxOf.get(selected)?.id ?? selected);
  const context = useMemo(() => ({ selected: marked, onSelect, onFold }), [marked, onSelect, onFold]);
  if (steps.length === 0) return <div className="empty">No step has started yet.</div>;
  if (!layout)
    return (
      <div className="empty">
        <Loader aria-label="Laying out the graph" />
      </div>
    );
  return (
    <GraphContext value={context}>
      <ReactFlowProvider>
        <Canvas boxes={drawn.boxes} layout={layout} isDark={isDark} />
      </ReactFlowProvider>
    </GraphContext>
  );
}

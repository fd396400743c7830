import type { Arranged, Direction, Point, Sheet, Size } from './graph-layout.js';

const GAP = 14;
const LAYER_GAP = 70;
/** Wider than high, as screens are. */
const ASPECT = 1.9;

type Item = Sheet['items'][number];

/** Things that nothing leads from or to: in rows, like words on a page. */
export function packed({ items }: Sheet): Arranged {
  const area = items.reduce((sum, { width, height }) => sum + (width + GAP) * (height + GAP), 0);
  const widest = items.reduce((most, { width }) => Math.max(most, width), 0);
  const limit = Math.max(widest, Math.sqrt(area * ASPECT));
  const at = new Map<string, Point>();
  let [x, y, rowHeight, width] = [0, 0, 0, 0];
  for (const item of items) {
    if (x > 0 && x + item.width > limit) [x, y, rowHeight] = [0, y + rowHeight + GAP, 0];
    at.set(item.id, { x, y });
    x += item.width + GAP;
    rowHeight = Math.max(rowHeight, item.height);
    width = Math.max(width, x - GAP);
  }
  return { at, lines: [], width, height: y + rowHeight };
}

/**
 * A graph that is too large for a careful layout: every item in the layer behind those that it waits for, in the order of
 * what leads to it, joined by straight lines. Linear in items and edges.
 */
export function ranked({ items, edges }: Sheet, direction: Direction): Arranged {
  const layers = layersOf(items, edges);
  const at = new Map<string, Point>();
  const sizes = new Map<string, Size>(items.map((item) => [item.id, item]));
  const isRight = direction === 'RIGHT';
  let [along, across] = [0, 0];
  for (const layer of layers) {
    let offset = 0;
    for (const { id, width, height } of layer) {
      at.set(id, isRight ? { x: along, y: offset } : { x: offset, y: along });
      offset += (isRight ? height : width) + GAP;
    }
    across = Math.max(across, offset - GAP);
    along += Math.max(...layer.map(({ width, height }) => (isRight ? width : height))) + LAYER_GAP;
  }
  const lines = edges.map(({ from, to }) => {
    const [a, b] = [at.get(from), at.get(to)];
    const [first, second] = [sizes.get(from), sizes.get(to)];
    if (!a || !b || !first || !second) return [];
    return isRight
      ? [
          { x: a.x + first.width, y: a.y + first.height / 2 },
          { x: b.x, y: b.y + second.height / 2 },
        ]
      : [
          { x: a.x + first.width / 2, y: a.y + first.height },
          { x: b.x + second.width / 2, y: b.y },
        ];
  });
  const length = Math.max(0, along - LAYER_GAP);
  return { at, lines, width: isRight ? length : across, height: isRight ? across : length };
}

/** Kahn's order; a cycle, which no workflow has, ends up in the last layer. */
function layersOf(items: readonly Item[], edges: Sheet['edges']): Item[][] {
  const next = new Map<string, string[]>();
  const waitsFor = new Map<string, number>();
  for (const { from, to } of edges) {
    const followers = next.get(from);
    if (followers) followers.push(to);
    else next.set(from, [to]);
    waitsFor.set(to, (waitsFor.get(to) ?? 0) + 1);
  }
  const byId = new Map(items.map((item) => [item.id, item]));
  const left = new Set(byId.keys());
  const layers: Item[][] = [];
  let layer = items.filter(({ id }) => !waitsFor.has(id));
  while (layer.length > 0) {
    layers.push(layer);
    const ready: Item[] = [];
    for (const { id } of layer) {
      left.delete(id);
      for (const to of next.get(id) ?? []) {
        const count = (waitsFor.get(to) ?? 0) - 1;
        waitsFor.set(to, count);
        const item = byId.get(to);
        if (count === 0 && item) ready.push(item);
      }
    }
    layer = ready;
  }
  if (left.size > 0) layers.push(items.filter(({ id }) => left.has(id)));
  return layers;
}

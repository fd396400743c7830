import type { GraphEdge } from './graph-edges.js';
import type { Box } from './graph.js';
import { packed, ranked } from './simple-layouts.js';

export interface Point {
  readonly x: number;
  readonly y: number;
}
export interface Size {
  readonly width: number;
  readonly height: number;
}
export type Place = Point & Size;
export interface Line {
  readonly points: readonly Point[];
  readonly isHook: boolean;
}
export type Direction = 'RIGHT' | 'DOWN';
export interface Layout extends Size {
  readonly places: ReadonlyMap<string, Place>;
  readonly lines: readonly Line[];
}

/** Things that lie side by side, and who comes after whom. */
export interface Sheet {
  readonly items: readonly (Size & { readonly id: string })[];
  readonly edges: readonly GraphEdge[];
}
export interface Arranged extends Size {
  readonly at: ReadonlyMap<string, Point>;
  /** In the order of the edges. */
  readonly lines: readonly (readonly Point[])[];
}
export type Arrange = (sheet: Sheet, direction: Direction) => Promise<Arranged>;

export const BOX: Size = { width: 190, height: 50 };
export const FOLDED: Size = { width: 224, height: 66 };
export const FRAME_HEAD = 36;
const FRAME_PADDING = 14;
/** Beyond this, a careful layout takes longer than anybody waits. */
const MOST_CAREFUL = 600;

/** Places boxes from the inside out: each frame is laid out for itself, then stands as one thing among its neighbours. */
export async function layoutOf(
  boxes: readonly Box[],
  edges: readonly GraphEdge[],
  direction: Direction,
  careful: Arrange,
): Promise<Layout> {
  const within = groupBy(boxes, ({ frame }) => frame);
  const between = groupBy(edges, ({ frame }) => frame);
  const sheets = new Map<string | null, Arranged>();
  const sizes = new Map<string, Size>();
  const arrange = async (frame: string | null): Promise<Arranged> => {
    for (const box of within.get(frame) ?? []) sizes.set(box.id, await sizeOf(box));
    const items = (within.get(frame) ?? []).map(({ id }) => ({ id, ...(sizes.get(id) ?? BOX) }));
    const sheet = { items, edges: between.get(frame) ?? [] };
    const arranged = await (sheet.edges.length === 0
      ? packed(sheet)
      : items.length + sheet.edges.length > MOST_CAREFUL
        ? ranked(sheet, direction)
        : careful(sheet, direction));
    sheets.set(frame, arranged);
    return arranged;
  };
  const sizeOf = async ({ id, fold }: Box): Promise<Size> => {
    if (fold === undefined) return BOX;
    if (fold === 'folded') return FOLDED;
    const { width, height } = await arrange(id);
    return {
      width: Math.max(width, BOX.width) + 2 * FRAME_PADDING,
      height: height + FRAME_HEAD + FRAME_PADDING,
    };
  };
  const { width, height } = await arrange(null);
  return { width, height, ...spread(boxes, between, sheets, sizes) };
}

/** From places within frames to places on the canvas. */
function spread(
  boxes: readonly Box[],
  between: ReadonlyMap<string | null, readonly GraphEdge[]>,
  sheets: ReadonlyMap<string | null, Arranged>,
  sizes: ReadonlyMap<string, Size>,
): Pick<Layout, 'places' | 'lines'> {
  const places = new Map<string, Place>();
  const origin = (frame: string | null): Point => {
    const place = frame === null ? undefined : places.get(frame);
    return place ? { x: place.x + FRAME_PADDING, y: place.y + FRAME_HEAD } : { x: 0, y: 0 };
  };
  // Frames come before what they contain, so their own place is known.
  for (const { id, frame } of boxes) {
    const { x, y } = origin(frame);
    const at = sheets.get(frame)?.at.get(id) ?? { x: 0, y: 0 };
    places.set(id, { x: x + at.x, y: y + at.y, ...(sizes.get(id) ?? BOX) });
  }
  const lines = [...between].flatMap(([frame, edges]) => {
    const { x, y } = origin(frame);
    return edges.map(({ isHook }, index) => ({
      isHook,
      points: (sheets.get(frame)?.lines[index] ?? []).map((point) => ({ x: x + point.x, y: y + point.y })),
    }));
  });
  return { places, lines };
}

function groupBy<Item, Key>(items: readonly Item[], keyOf: (item: Item) => Key): Map<Key, Item[]> {
  const groups = new Map<Key, Item[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group) group.push(item);
    else groups.set(keyOf(item), [item]);
  }
  return groups;
}

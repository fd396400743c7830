import type { Box } from './graph.js';
import type { Layout, Place } from './graph-layout.js';

/** More boxes than this are not drawn one by one at the same time: each is a dozen elements to the browser. */
export const MOST_BOXES = 400;

/** Whether the box is a frame around others that are drawn. */
const isFrame = ({ fold }: Box): boolean => fold === 'open';

export interface View {
  readonly x: number;
  readonly y: number;
  readonly zoom: number;
  readonly width: number;
  readonly height: number;
}

/** The part of the canvas that can be seen, and half as much again on every side, so that a small move changes nothing. */
export function areaOf({ x, y, zoom, width, height }: View): Place {
  const [wide, high] = [width / zoom, height / zoom];
  return { x: -x / zoom - wide / 2, y: -y / zoom - high / 2, width: wide * 2, height: high * 2 };
}

/** Whether what is seen now lies within the area, and the area is not much larger than it has to be. */
export const stillFits = (area: Place, { x, y, zoom, width, height }: View): boolean =>
  -x / zoom >= area.x &&
  -y / zoom >= area.y &&
  (width - x) / zoom <= area.x + area.width &&
  (height - y) / zoom <= area.y + area.height &&
  area.width <= (3 * width) / zoom;

const meet = (a: Place, b: Place): boolean =>
  a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;

/** The boxes in the area to draw one by one. Of too many only the frames, and a sketch of the others has to do. */
export function boxesWithin(
  boxes: readonly Box[],
  { places }: Layout,
  area: Place,
): { shown: readonly Box[]; isSketch: boolean } {
  const within = boxes.filter(({ id }) => {
    const place = places.get(id);
    return place !== undefined && meet(place, area);
  });
  if (within.length <= MOST_BOXES) return { shown: within, isSketch: false };
  return { shown: within.filter(isFrame).slice(0, MOST_BOXES), isSketch: true };
}

/** All boxes as one path for each colour: ten thousand of them cost no more than a few. */
export function sketchOf(
  boxes: readonly Box[],
  { places }: Layout,
  colorOf: (box: Box) => string,
): ReadonlyMap<string, string> {
  const paths = new Map<string, string[]>();
  for (const box of boxes) {
    const place = places.get(box.id);
    if (!place || isFrame(box)) continue;
    const { x, y, width, height } = place;
    const path = `M${x} ${y}h${width}v${height}h${-width}z`;
    const color = colorOf(box);
    const known = paths.get(color);
    if (known) known.push(path);
    else paths.set(color, [path]);
  }
  return new Map([...paths].map(([color, parts]) => [color, parts.join('')]));
}

import type { Point } from './graph-layout.js';

const RADIUS = 8;
const HEAD_LENGTH = 7;
const HEAD_WIDTH = 4;

const towards = (from: Point, to: Point, distance: number): Point => {
  const length = Math.hypot(to.x - from.x, to.y - from.y) || 1;
  const share = Math.min(1, distance / length);
  return { x: from.x + (to.x - from.x) * share, y: from.y + (to.y - from.y) * share };
};
const text = ({ x, y }: Point): string => `${x.toFixed(1)} ${y.toFixed(1)}`;

/** A line with round corners, for the `d` of an SVG path. */
export function linePath(points: readonly Point[]): string {
  const [start, ...rest] = points;
  if (!start || rest.length === 0) return '';
  let path = `M${text(start)}`;
  rest.forEach((point, index) => {
    const before = points[index] ?? start;
    const after = rest[index + 1];
    if (!after) {
      path += `L${text(point)}`;
      return;
    }
    const radius = Math.min(
      RADIUS,
      Math.hypot(point.x - before.x, point.y - before.y) / 2,
      Math.hypot(after.x - point.x, after.y - point.y) / 2,
    );
    path += `L${text(towards(point, before, radius))}Q${text(point)} ${text(towards(point, after, radius))}`;
  });
  return path;
}

/** The arrow's head at the end of a line. */
export function headPath(points: readonly Point[]): string {
  const [end, before] = [points.at(-1), points.at(-2)];
  if (!end || !before) return '';
  const base = towards(end, before, HEAD_LENGTH);
  const length = Math.hypot(end.x - before.x, end.y - before.y) || 1;
  const [across, along] = [(end.x - before.x) / length, (end.y - before.y) / length];
  const side = (sign: 1 | -1): Point => ({
    x: base.x - sign * along * HEAD_WIDTH,
    y: base.y + sign * across * HEAD_WIDTH,
  });
  return `M${text(end)}L${text(side(1))}L${text(side(-1))}Z`;
}

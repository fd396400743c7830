import { describe, expect, it } from '@jest/globals';
import type { Layout, Place } from './graph-layout.js';
import type { Box } from './graph.js';
import { areaOf, boxesWithin, MOST_BOXES, sketchOf, stillFits } from './overview.js';

const box = (id: string, fold?: Box['fold']): Box => ({ id, fold, phase: 'SUCCEEDED' }) as Box;
const layoutOf = (places: Record<string, Place>): Layout => ({
  places: new Map(Object.entries(places)),
  lines: [],
  width: 0,
  height: 0,
});
const at = (x: number, y: number): Place => ({ x, y, width: 10, height: 10 });

describe('the overview of a graph', () => {
  const view = { x: 0, y: 0, zoom: 1, width: 100, height: 100 };
  const area = areaOf(view);

  it('looks a little further than the window, and anew when the window leaves that', () => {
    expect(area).toEqual({ x: -50, y: -50, width: 200, height: 200 });
    expect(stillFits(area, { ...view, x: -40 })).toBe(true);
    expect(stillFits(area, { ...view, x: -60 })).toBe(false);
    expect(stillFits(area, { ...view, zoom: 4 })).toBe(false);
  });

  it('draws the boxes in view', () => {
    const layout = layoutOf({ near: at(0, 0), far: at(500, 0) });
    const { shown, isSketch } = boxesWithin([box('near'), box('far')], layout, area);
    expect([shown.map(({ id }) => id), isSketch]).toEqual([['near'], false]);
  });

  it('draws of too many boxes only the frames, and sketches the others', () => {
    const many = Array.from({ length: MOST_BOXES + 1 }, (_, index) => box(`b${index}`));
    const boxes = [box('frame', 'open'), ...many];
    const layout = layoutOf(Object.fromEntries(boxes.map(({ id }) => [id, at(0, 0)])));
    const { shown, isSketch } = boxesWithin(boxes, layout, area);
    expect([shown.map(({ id }) => id), isSketch]).toEqual([['frame'], true]);
    const paths = sketchOf(boxes, layout, ({ phase }) => phase);
    expect([...paths.keys()]).toEqual(['SUCCEEDED']);
    expect(paths.get('SUCCEEDED')?.match(/M0 0h10v10h-10z/g)).toHaveLength(many.length);
  });
});

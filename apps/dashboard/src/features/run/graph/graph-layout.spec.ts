import { describe, expect, it } from '@jest/globals';
import type { GraphEdge } from './graph-edges.js';
import { headPath, linePath } from './edge-path.js';
import { BOX, FRAME_HEAD, layoutOf } from './graph-layout.js';
import type { Arrange } from './graph-layout.js';
import type { Box } from './graph.js';
import { packed, ranked } from './simple-layouts.js';

const box = (id: string, frame: string | null = null, fold?: Box['fold']): Box => ({ id, frame, fold }) as Box;
const edge = (from: string, to: string, frame: string | null = null): GraphEdge => ({ from, to, frame, isHook: false });
const item = (id: string) => ({ id, ...BOX });
const careful: Arrange = async (sheet, direction) => ranked(sheet, direction);

describe('the layout', () => {
  it('puts what is in a frame inside of it, and lines where the boxes are', async () => {
    const boxes = [box('a'), box('f', null, 'open'), box('x', 'f'), box('y', 'f')];
    const { places, lines } = await layoutOf(boxes, [edge('a', 'f'), edge('x', 'y', 'f')], 'RIGHT', careful);
    const [frame, x, y] = [places.get('f'), places.get('x'), places.get('y')];
    expect(frame?.x).toBeGreaterThan(BOX.width);
    expect(x).toMatchObject({ x: (frame?.x ?? 0) + 14, y: (frame?.y ?? 0) + FRAME_HEAD });
    expect((y?.x ?? 0) + BOX.width).toBeLessThan((frame?.x ?? 0) + (frame?.width ?? 0));
    expect(lines[1]?.points[0]).toEqual({ x: (x?.x ?? 0) + BOX.width, y: (x?.y ?? 0) + BOX.height / 2 });
  });

  it('asks for a careful layout only while it is quick', async () => {
    let asked = 0;
    const counted: Arrange = (sheet, direction) => {
      asked++;
      return careful(sheet, direction);
    };
    const chain = (count: number) => Array.from({ length: count }, (_, index) => `n${index}`);
    const lay = (ids: string[]) =>
      layoutOf(
        ids.map((id) => box(id)),
        ids.slice(1).map((id, index) => edge(ids[index] ?? '', id)),
        'DOWN',
        counted,
      );
    await lay(chain(10));
    expect(asked).toBe(1);
    expect((await lay(chain(5_000))).places.size).toBe(5_000);
    expect(asked).toBe(1);
  });
});

describe('simple layouts', () => {
  it('pack what nothing leads to into rows', () => {
    const { at, width, height } = packed({
      items: Array.from({ length: 9 }, (_, index) => item(`i${index}`)),
      edges: [],
    });
    expect(new Set([...at.values()].map(({ x, y }) => `${x} ${y}`)).size).toBe(9);
    expect(width).toBeGreaterThan(height);
  });

  it('rank what follows behind what it waits for', () => {
    const { at } = ranked(
      { items: ['c', 'a', 'b'].map(item), edges: [edge('a', 'b'), edge('b', 'c'), edge('a', 'c')] },
      'RIGHT',
    );
    const x = (id: string): number => at.get(id)?.x ?? 0;
    expect([x('a') < x('b'), x('b') < x('c')]).toEqual([true, true]);
  });

  it('end with a cycle, too', () =>
    expect(ranked({ items: ['a', 'b'].map(item), edges: [edge('a', 'b'), edge('b', 'a')] }, 'DOWN').at.size).toBe(2));
});

describe('a line', () => {
  const corner = [
    { x: 0, y: 0 },
    { x: 20, y: 0 },
    { x: 20, y: 20 },
  ];

  it('has round corners and a head', () => {
    expect(linePath(corner)).toBe('M0.0 0.0L12.0 0.0Q20.0 0.0 20.0 8.0L20.0 20.0');
    expect(headPath(corner)).toBe('M20.0 20.0L16.0 13.0L24.0 13.0Z');
  });

  it('is nothing when its ends are not known', () => expect([linePath([]), headPath([])]).toEqual(['', '']));
});

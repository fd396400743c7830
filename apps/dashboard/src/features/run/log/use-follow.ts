import { useCallback, useEffect, useRef, useState } from 'react';
import type { RefObject } from 'react';

/** A scroll that comes this soon after the person did something was the person's. */
const BY_HAND_MS = 400;
const AT_END_PX = 8;

/** Stays at the end of a growing list until the person scrolls up; goes on when the person returns to the end. */
export function useFollow(
  scroller: RefObject<HTMLDivElement | null>,
  rows: { scrollToIndex(index: number, options: { align: 'end' }): void },
  count: number,
  initially: boolean,
) {
  const [follows, setFollows] = useState(initially);
  const touchedAt = useRef(0);
  useEffect(() => {
    if (follows && count > 0) rows.scrollToIndex(count - 1, { align: 'end' });
  }, [count, follows, rows]);
  const touch = (): void => void (touchedAt.current = Date.now());
  const scroll = (): void => {
    const { current: element } = scroller;
    if (!element || Date.now() - touchedAt.current > BY_HAND_MS) return;
    setFollows(element.scrollHeight - element.scrollTop - element.clientHeight < AT_END_PX);
  };
  return {
    follows,
    toggle: () => setFollows(!follows),
    release: useCallback(() => setFollows(false), []),
    listeners: { onWheel: touch, onTouchMove: touch, onKeyDown: touch, onPointerDown: touch, onScroll: scroll },
  };
}

/** The shortest way between two ports over `legs` of `[from, to, miles]`, sailed in both directions. */
export function shortestRoute(legs, from, to) {
  const neighbours = new Map();
  for (const [a, b, miles] of legs) {
    neighbours.set(a, [...(neighbours.get(a) ?? []), [b, miles]]);
    neighbours.set(b, [...(neighbours.get(b) ?? []), [a, miles]]);
  }
  const best = new Map([[from, { miles: 0, ports: [from] }]]);
  const open = new Set([from]);
  while (open.size > 0) {
    const port = [...open].reduce((a, b) => (best.get(a).miles <= best.get(b).miles ? a : b));
    open.delete(port);
    if (port === to) return best.get(port);
    for (const [next, miles] of neighbours.get(port) ?? []) {
      const reached = best.get(port).miles + miles;
      if (reached >= (best.get(next)?.miles ?? Infinity)) continue;
      best.set(next, { miles: reached, ports: [...best.get(port).ports, next] });
      open.add(next);
    }
  }
  return null;
}

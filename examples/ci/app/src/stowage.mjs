/** Loads cargo into as few holds as first-fit-decreasing finds; no hold takes more than `capacity` tonnes. */
export function stow(cargo, capacity) {
  const holds = [];
  for (const item of [...cargo].sort((a, b) => b.tonnes - a.tonnes)) {
    if (item.tonnes > capacity) throw new Error(`${item.name} (${item.tonnes} t) fits no hold of ${capacity} t`);
    const hold = holds.find(({ free }) => free >= item.tonnes);
    if (hold) {
      hold.items.push(item.name);
      hold.free -= item.tonnes;
    } else {
      holds.push({ items: [item.name], free: capacity - item.tonnes });
    }
  }
  return holds;
}

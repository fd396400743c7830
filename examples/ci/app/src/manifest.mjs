/** Reads a cargo manifest: one `name,tonnes` a line, `#` begins a comment. */
export function readManifest(text) {
  return text
    .split('\n')
    .map((line, index) => ({ line: line.replace(/#.*/, '').trim(), number: index + 1 }))
    .filter(({ line }) => line !== '')
    .map(({ line, number }) => {
      const [name, tonnes, ...rest] = line.split(',').map((cell) => cell.trim());
      if (!name || rest.length > 0 || !(Number(tonnes) > 0))
        throw new Error(`line ${number}: expected "name,tonnes", got "${line}"`);
      return { name, tonnes: Number(tonnes) };
    });
}

export const totalTonnes = (cargo) => cargo.reduce((sum, { tonnes }) => sum + tonnes, 0);

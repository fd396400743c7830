import { fnv1a32 } from './fnv1a.js';
import { nodeIdOf, podNameOf } from './ids.js';

describe('node ids', () => {
  it('hash the bytes of the name with FNV-1a', () => {
    expect([fnv1a32(''), fnv1a32('a'), fnv1a32('foobar')]).toEqual([0x811c9dc5, 0xe40c292c, 0xbf9cf968]);
    expect(fnv1a32('žluť 🐎')).toBe(
      new Uint8Array([...new TextEncoder().encode('žluť 🐎')]).reduce(
        (hash, byte) => Math.imul(hash ^ byte, 0x01000193) >>> 0,
        0x811c9dc5,
      ),
    );
  });

  it('are the name of the workflow for the root and carry its hash below', () => {
    expect(nodeIdOf('wf', 'wf')).toBe('wf');
    expect(nodeIdOf('wf', 'wf.a')).toBe(`wf-${fnv1a32('wf.a')}`);
  });
});

describe('pod names', () => {
  it('tell the template in the second format, and only the hash in the first', () => {
    const hash = fnv1a32('wf.a');
    expect(podNameOf('v2', 'wf', 'wf.a', 'build')).toBe(`wf-build-${hash}`);
    expect(podNameOf('v1', 'wf', 'wf.a', 'build')).toBe(`wf-${hash}`);
    expect(podNameOf('v2', 'wf', 'wf', 'build')).toBe('wf');
  });

  it('stay within what Kubernetes takes', () => {
    expect(podNameOf('v2', 'w'.repeat(63), 'w.a', 't'.repeat(250)).length).toBeLessThanOrEqual(253);
  });
});

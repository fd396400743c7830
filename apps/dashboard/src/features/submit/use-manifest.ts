import { useDebouncedValue } from '@mantine/hooks';
import { useEffect, useState } from 'react';
import type { Manifest } from './manifest.js';

const QUIET_MS = 200;
const NOTHING: Manifest = { parameters: [], problems: [] };

/** What the manifest declares, read whenever the person stops writing. The YAML reader comes only to those who submit. */
export function useManifest(source: string): Manifest {
  const [manifest, setManifest] = useState(NOTHING);
  const [settled] = useDebouncedValue(source, QUIET_MS);
  useEffect(() => {
    let current = true;
    void import('./manifest.js').then(({ readManifest }) => {
      if (current) setManifest(readManifest(settled));
    });
    return () => void (current = false);
  }, [settled]);
  return manifest;
}

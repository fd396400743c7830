import { IconPlugConnectedX } from '@tabler/icons-react';
import { useEffect, useState, useSyncExternalStore } from 'react';
import type { ReactElement } from 'react';
import { linkIsDown, onLinkChange } from '../graphql/link.js';

/** Shorter breaks are not worth a word. */
const PATIENCE_MS = 1500;

function onOnlineChange(listener: () => void): () => void {
  window.addEventListener('online', listener);
  window.addEventListener('offline', listener);
  return () => {
    window.removeEventListener('online', listener);
    window.removeEventListener('offline', listener);
  };
}

/** Says that what is shown may be old, as long as it may be. */
export function ConnectionBanner(): ReactElement {
  const online = useSyncExternalStore(onOnlineChange, () => navigator.onLine);
  const down = useSyncExternalStore(onLinkChange, linkIsDown);
  const [isLong, setIsLong] = useState(false);
  useEffect(() => {
    setIsLong(false);
    if (!down) return undefined;
    const timer = setTimeout(() => setIsLong(true), PATIENCE_MS);
    return () => clearTimeout(timer);
  }, [down]);
  const text = !online
    ? 'You are offline. What you see may be old; it goes on by itself.'
    : isLong
      ? 'The server does not answer. What you see may be old; trying again …'
      : undefined;
  return (
    <div role="status">
      {text && (
        <div className="connection-banner">
          <IconPlugConnectedX size={16} aria-hidden />
          {text}
        </div>
      )}
    </div>
  );
}

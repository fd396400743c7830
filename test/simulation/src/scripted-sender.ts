import type { Clock } from '@argosy/kube';
import type { HttpSender } from '@argosy/workflow-controller';
import { Random } from '@argosy/workflow-engine/testing';

const LATEST_MS = 5_000;

/** Servers of the world outside: mostly they answer, sometimes they are out of order, and all take their time. */
export function scriptedSender(seed: number, clock: Clock, onActivity: () => void): HttpSender {
  return {
    async perform(_namespace, { url }) {
      const random = new Random(seed + url.length);
      onActivity();
      await new Promise<void>((resolve) => clock.after(1 + random.below(LATEST_MS), resolve));
      onActivity();
      const statusCode = random.chance(0.8) ? 200 : 503;
      return { state: 'answered', answer: { statusCode, body: 'ok', headers: {} } };
    },
    close: () => Promise.resolve(),
  };
}

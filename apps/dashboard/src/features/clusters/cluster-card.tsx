import { Text } from '@mantine/core';
import { IconClockPause, IconHourglass, IconPlugConnected, IconPlugConnectedX } from '@tabler/icons-react';
import type { ReactElement } from 'react';
import { Link } from 'react-router';
import { ago } from '../../shell/format.js';
import { useNow } from '../../shell/use-now.js';
import { healthOf, lagHeight, lagText } from './cluster-health.js';
import type { Health } from './cluster-health.js';
import type { SeenCluster } from './live-clusters.js';

const LOOKS: Readonly<Record<Health, { word: string; tone: string; icon: typeof IconHourglass }>> = {
  good: { word: 'Connected', tone: 'good', icon: IconPlugConnected },
  behind: { word: 'Behind', tone: 'pending', icon: IconClockPause },
  lost: { word: 'Disconnected', tone: 'bad', icon: IconPlugConnectedX },
  awaited: { word: 'Waiting for its agent', tone: 'pending', icon: IconHourglass },
};

export function HealthBadge({ health }: { health: Health }): ReactElement {
  const { word, tone, icon: Icon } = LOOKS[health];
  return (
    <span className="phase badge" style={{ color: `var(--phase-${tone})`, background: `var(--phase-${tone}-soft)` }}>
      <Icon size={15} aria-hidden />
      {word}
    </span>
  );
}

/** The lag of the last minutes; the scale is logarithmic, with a line at a second. */
function LagLine({ lags, tone }: { lags: readonly number[]; tone: string }): ReactElement {
  const [width, height] = [240, 36];
  const y = (lagMs: number): number => height - 2 - lagHeight(lagMs) * (height - 4);
  const step = width / Math.max(1, lags.length - 1);
  const points = lags.length === 1 ? [lags[0], lags[0]] : lags;
  const line = points.map((lag = 0, index) => `${(index * step).toFixed(1)},${y(lag).toFixed(1)}`).join(' ');
  return (
    <svg viewBox={`0 0 ${width} ${height}`} preserveAspectRatio="none" className="lag-line" aria-hidden>
      <line x1={0} x2={width} y1={y(1000)} y2={y(1000)} className="lag-second" />
      {points.length > 0 && (
        <>
          <polygon points={`0,${height} ${line} ${width},${height}`} fill={`var(--phase-${tone}-soft)`} />
          <polyline
            points={line}
            fill="none"
            stroke={`var(--phase-${tone})`}
            strokeWidth={1.5}
            vectorEffect="non-scaling-stroke"
          />
        </>
      )}
    </svg>
  );
}

export function ClusterCard({ cluster }: { cluster: SeenCluster }): ReactElement {
  const now = useNow();
  const health = healthOf(cluster);
  const { tone } = LOOKS[health];
  const kubernetes = cluster.local ? 'local processes' : cluster.kubernetesVersion;
  const about = [
    kubernetes && (cluster.local ? kubernetes : `Kubernetes ${kubernetes}`),
    cluster.nodeCount === null || cluster.local ? '' : `${cluster.nodeCount} nodes`,
    cluster.agentVersion && `agent ${cluster.agentVersion}`,
  ].filter(Boolean);
  const counts: readonly (readonly [string, number])[] = [
    ['Workflows', cluster.runningWorkflows],
    ['Pods running', cluster.runningPods],
    ['Pods pending', cluster.pendingPods],
  ];
  return (
    <article className="card cluster" aria-label={`${cluster.name}, ${LOOKS[health].word}`}>
      <header>
        <h2>{cluster.name}</h2>
        <HealthBadge health={health} />
      </header>
      <Text size="sm" c="dimmed" truncate>
        {about.join(' · ') || 'Nothing is known of it yet'}
      </Text>
      <dl className="cluster-counts">
        {counts.map(([name, count]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{count.toLocaleString()}</dd>
          </div>
        ))}
      </dl>
      <div className="lag">
        <span>Lag</span>
        <LagLine lags={cluster.lags} tone={tone} />
        <b style={{ color: `var(--phase-${tone})` }}>{lagText(cluster.lagMs)}</b>
      </div>
      <footer>
        <span title={cluster.lastSeenAt ?? cluster.createdAt}>
          {cluster.lastSeenAt ? `Seen ${ago(cluster.lastSeenAt, now)}` : `Registered ${ago(cluster.createdAt, now)}`}
        </span>
        <span>
          {cluster.pendingCommands + (cluster.outboxDepth ?? 0) === 0
            ? 'Nothing waits'
            : `${cluster.pendingCommands} commands and ${cluster.outboxDepth ?? 0} facts wait`}
        </span>
        <Link to={`/?cluster=${encodeURIComponent(cluster.name)}`}>Its runs</Link>
      </footer>
    </article>
  );
}

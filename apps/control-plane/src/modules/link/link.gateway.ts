import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { Body, Controller, HttpCode, Inject, Injectable, Post, UnauthorizedException } from '@nestjs/common';
import type { BeforeApplicationShutdown, OnApplicationBootstrap } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { LINK_PATH, MESSAGE_LIMIT_BYTES } from '@argosy/link-protocol';
import { createLogger } from '@argosy/platform';
import { WebSocketServer } from 'ws';
import type { WebSocket } from 'ws';
import { CONFIG } from '../../config/control-plane.config.js';
import type { ControlPlaneConfig } from '../../config/control-plane.config.js';
import { Notifications } from '../../persistence/notifications.js';
import type { Notification } from '../../persistence/notifications.js';
import { ClustersService } from '../clusters/clusters.service.js';
import type { ClusterIdentity, JoinedCluster } from '../clusters/clusters.service.js';
import { AgentConnection, PATIENCE } from './agent-connection.js';
import { IngestService } from './ingest.service.js';
import { LinkService } from './link.service.js';
import { ResyncService } from './resync.service.js';

/** Where agents dial in. */
@Injectable()
export class LinkGateway implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly server = new WebSocketServer({ noServer: true, maxPayload: MESSAGE_LIMIT_BYTES });
  private readonly connections = new Map<string, AgentConnection>();
  private readonly closing = new Set<Promise<void>>();
  private readonly logger;
  private unsubscribe: () => void = () => undefined;
  private sweeps: NodeJS.Timeout | undefined;
  private stopping = false;

  constructor(
    private readonly adapter: HttpAdapterHost,
    private readonly clusters: ClustersService,
    private readonly service: LinkService,
    private readonly ingest: IngestService,
    private readonly resync: ResyncService,
    private readonly notifications: Notifications,
    @Inject(CONFIG) private readonly config: ControlPlaneConfig,
  ) {
    this.logger = createLogger('link', config.ARGOSY_LOG_LEVEL);
  }

  onApplicationBootstrap(): void {
    const http = this.adapter.httpAdapter.getHttpServer() as Server;
    http.on('upgrade', (request, socket: Duplex, head) => {
      if (new URL(request.url ?? '/', 'http://localhost').pathname !== LINK_PATH) return;
      void this.admit(request, socket, head);
    });
    this.unsubscribe = this.notifications.subscribe((notification) => this.notified(notification));
    const patienceMs = this.config.ARGOSY_HEARTBEAT_MS * PATIENCE;
    this.sweeps = setInterval(() => void this.closeSilent(patienceMs), patienceMs);
    void this.closeSilent(patienceMs);
  }

  private async closeSilent(patienceMs: number): Promise<void> {
    await this.service
      .closeSilent(new Date(Date.now() - patienceMs))
      .catch((err: unknown) => this.logger.warn({ err }, 'Could not look for agents that have gone'));
  }

  private notified(notification: Notification | 'gap'): void {
    if (notification === 'gap') for (const connection of this.connections.values()) connection.offerCommands();
    else if (notification.kind === 'command') this.connections.get(notification.clusterId)?.offerCommands();
    else if (notification.kind === 'cluster') this.replaced(notification);
  }

  /** A session was opened, here or on another replica. The one that it replaces learns of it here, or at its next heartbeat. */
  private replaced({ clusterId, sessionId }: Extract<Notification, { kind: 'cluster' }>): void {
    const connection = this.connections.get(clusterId);
    // Ids of sessions grow with time, so that of two the older one goes.
    if (sessionId === undefined || connection?.sessionId === undefined || connection.sessionId >= sessionId) return;
    connection.end('replaced', 'another agent of this cluster has connected');
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopping = true;
    clearInterval(this.sweeps);
    this.unsubscribe();
    for (const connection of this.connections.values()) connection.end('shutdown', 'the control plane is stopping');
    await Promise.all([...this.closing, ...[...this.connections.values()].map((connection) => connection.settled())]);
  }

  private async admit(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    const credential = /^Bearer\s+(.+)$/i.exec(request.headers.authorization ?? '')?.[1];
    const cluster =
      credential && !this.stopping
        ? await this.clusters.authenticateCluster(credential).catch(() => undefined)
        : undefined;
    if (!cluster) {
      socket.end(
        `HTTP/1.1 ${this.stopping ? '503 Service Unavailable' : '401 Unauthorized'}\r\nConnection: close\r\n\r\n`,
      );
      return;
    }
    this.server.handleUpgrade(request, socket, head, (webSocket) => this.opened(webSocket, cluster));
  }

  private opened(socket: WebSocket, cluster: ClusterIdentity): void {
    // Two agents of one cluster would do everything twice: the one that came last is the one that lives.
    this.connections.get(cluster.clusterId)?.end('replaced', 'another agent of this cluster has connected');
    const connection = new AgentConnection({
      socket,
      cluster,
      service: this.service,
      ingest: this.ingest,
      resync: this.resync,
      logger: this.logger,
      heartbeatIntervalMs: this.config.ARGOSY_HEARTBEAT_MS,
    });
    this.connections.set(cluster.clusterId, connection);
    socket.on('error', (err) => this.logger.warn({ err, cluster: cluster.name }, 'The connection of an agent broke'));
    socket.on('close', () => {
      const closing = this.closed(connection, cluster).finally(() => this.closing.delete(closing));
      this.closing.add(closing);
    });
    this.logger.info({ cluster: cluster.name }, 'An agent has connected');
  }

  private async closed(connection: AgentConnection, cluster: ClusterIdentity): Promise<void> {
    await connection.settled();
    if (this.connections.get(cluster.clusterId) === connection) this.connections.delete(cluster.clusterId);
    this.logger.info({ cluster: cluster.name }, 'An agent has gone');
    if (connection.sessionId === undefined) return;
    await this.service
      .closed(cluster, connection.sessionId)
      .catch((err: unknown) => this.logger.warn({ err }, 'Could not record that an agent has gone'));
  }
}

/** Exchanges a one-time join token for the credential with which an agent dials in. */
@Controller('link/v1')
export class JoinController {
  constructor(private readonly clusters: ClustersService) {}

  @Post('join')
  @HttpCode(200)
  async join(@Body() body: { token?: unknown }): Promise<JoinedCluster> {
    const joined = typeof body?.token === 'string' ? await this.clusters.exchangeJoinToken(body.token) : undefined;
    if (!joined)
      throw new UnauthorizedException(
        'The join token is not valid: it has been used, has expired, or never was one. Register the cluster again.',
      );
    return joined;
  }
}

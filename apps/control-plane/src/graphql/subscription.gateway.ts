import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { createLogger, Metrics } from '@argosy/platform';
import { Inject, Injectable } from '@nestjs/common';
import type { BeforeApplicationShutdown, OnApplicationBootstrap } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { GraphQLSchemaHost } from '@nestjs/graphql';
import { GraphQLError, parse, specifiedRules, validate } from 'graphql';
import type { DocumentNode, GraphQLFormattedError, GraphQLSchema } from 'graphql';
import type { Context, ServerOptions, SubscribePayload } from 'graphql-ws';
import { useServer } from 'graphql-ws/use/ws';
import type { Extra } from 'graphql-ws/use/ws';
import { WebSocketServer } from 'ws';
import { CONFIG } from '../config/control-plane.config.js';
import type { ControlPlaneConfig } from '../config/control-plane.config.js';
import { correlationIdOf } from '../http/correlation.js';
import { AuthenticationError } from '../modules/access/access.errors.js';
import { Authenticator } from '../modules/access/authenticator.js';
import { costProblem } from './cost-limit.js';
import { depthLimit } from './depth-limit.js';
import { authenticationFault, faultOf } from './fault.js';
import type { GraphQLContext } from './graphql-context.js';

const PATH = '/graphql';
/** A subscription carries a query and its variables; manifests come over HTTP. */
const MESSAGE_LIMIT_BYTES = 256 * 1024;
/** Close code of those who must log in (again). */
const UNAUTHENTICATED = 4401;
/** A websocket's close reason has 123 bytes. */
const REASON_LENGTH = 120;

interface Params extends Record<string, unknown> {
  readonly authorization?: unknown;
}
interface Connection extends Extra {
  /** Of operations that have been let in and not started yet. */
  contexts?: Map<string, GraphQLContext>;
}
type Peer = Context<Params, Connection>;

/**
 * GraphQL over websocket. Not Nest's own: that one takes messages of any size and every address that begins with the path,
 * and has no limits of depth and cost.
 */
@Injectable()
export class SubscriptionGateway implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly server = new WebSocketServer({ noServer: true, maxPayload: MESSAGE_LIMIT_BYTES });
  private readonly logger;
  private stop: () => Promise<void> | void = () => undefined;

  constructor(
    private readonly adapter: HttpAdapterHost,
    private readonly schemaHost: GraphQLSchemaHost,
    private readonly authenticator: Authenticator,
    metrics: Metrics,
    @Inject(CONFIG) config: ControlPlaneConfig,
  ) {
    this.logger = createLogger('subscriptions', config.ARGOSY_LOG_LEVEL);
    metrics.gauge('argosy_graphql_sockets', 'Open websockets of API clients', [], (gauge) =>
      gauge.set(this.server.clients.size),
    );
  }

  onApplicationBootstrap(): void {
    const http = this.adapter.httpAdapter.getHttpServer() as Server;
    http.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
      if (new URL(request.url ?? '/', 'http://localhost').pathname !== PATH) return;
      this.server.handleUpgrade(request, socket, head, (client) => this.server.emit('connection', client, request));
    });
    const disposable = useServer(this.options(this.schemaHost.schema), this.server);
    this.stop = () => disposable.dispose();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.stop();
  }

  private options(schema: GraphQLSchema): ServerOptions<Params, Connection> {
    return {
      schema,
      onConnect: (peer) => this.connect(peer),
      onSubscribe: (peer, id, payload) => this.admit(schema, peer, id, payload),
      context: ({ extra: { contexts } }, id) => {
        const context = contexts?.get(id);
        contexts?.delete(id);
        return context;
      },
      onNext: (peer, _id, _payload, _args, { errors, ...result }) =>
        errors ? { ...result, errors: this.shown(peer, errors) } : undefined,
      onError: (peer, _id, _payload, errors) => this.shown(peer, errors),
    };
  }

  /** Nobody listens without credentials: the socket is closed with the reason, so that clients know to log in. */
  private async connect(peer: Peer): Promise<boolean> {
    try {
      if ((await this.context(peer)).request) return true;
      peer.extra.socket.close(UNAUTHENTICATED, 'Not logged in: send connectionParams.authorization.');
    } catch (error) {
      if (!(error instanceof AuthenticationError)) throw error;
      peer.extra.socket.close(UNAUTHENTICATED, `${error.code}: ${error.message}`.slice(0, REASON_LENGTH));
    }
    return false;
  }

  /** Checks the caller for every operation, because rights change while a socket is open. */
  private async admit(
    schema: GraphQLSchema,
    peer: Peer,
    id: string,
    payload: SubscribePayload,
  ): Promise<readonly GraphQLError[] | undefined> {
    try {
      const context = await this.context(peer);
      const refused = refusal(schema, payload);
      if (refused) return refused;
      (peer.extra.contexts ??= new Map()).set(id, context);
      return undefined;
    } catch (error) {
      if (error instanceof AuthenticationError) return [authenticationFault(error)];
      throw error;
    }
  }

  private async context({ connectionParams, extra }: Peer): Promise<GraphQLContext> {
    const { authorization } = connectionParams ?? {};
    const correlationId = correlationIdOf(extra.request);
    const given = typeof authorization === 'string' ? authorization : undefined;
    return { request: await this.authenticator.authenticate(given, correlationId), correlationId };
  }

  private shown(peer: Peer, errors: readonly GraphQLError[]): readonly GraphQLFormattedError[] {
    const correlationId = correlationIdOf(peer.extra.request);
    const faults = errors.map((error) => faultOf(error, correlationId));
    for (const { unexpected: err } of faults)
      if (err !== undefined) this.logger.error({ err, correlationId }, 'A subscription failed unexpectedly');
    return faults.map(({ shown }) => shown);
  }
}

/** Why an operation is not even tried. */
function refusal(
  schema: GraphQLSchema,
  { query, variables, operationName }: SubscribePayload,
): readonly GraphQLError[] | undefined {
  let document: DocumentNode;
  try {
    document = parse(query);
  } catch (error) {
    return [error instanceof GraphQLError ? error : new GraphQLError(String(error))];
  }
  const errors = validate(schema, document, [...specifiedRules, depthLimit]);
  if (errors.length > 0) return errors;
  const problem = costProblem(schema, document, variables, operationName);
  return problem && [problem];
}

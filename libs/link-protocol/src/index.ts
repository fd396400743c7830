export { AgentSession, DEFAULT_FLIGHT_WINDOW } from './agent-session.js';
export type { AgentDurableState, AgentSessionAction, FlightWindow } from './agent-session.js';
export { FactBuffer, isFinalPhase, mergeDeltas } from './coalescing.js';
export { ControlSession } from './control-session.js';
export type { ControlSessionAction } from './control-session.js';
export { RunDigest, runDigest } from './digest.js';
export {
  agentFact,
  agentMessage,
  commandBody,
  controlMessage,
  EPOCH_ANNOTATION,
  JOIN_PATH,
  LINK_PATH,
  LINK_PROTOCOL_VERSION,
  OLDEST_LINK_PROTOCOL_VERSION,
  RUN_ID_LABEL,
} from './messages.js';
export type {
  AgentFact,
  AgentMessage,
  Bye,
  CommandBody,
  CommandMessage,
  CommandResult,
  ControlMessage,
  Digests,
  FactsMessage,
  Heartbeat,
  Hello,
  JournalEvent,
  LogChunk,
  LogLine,
  NodeDelta,
  RunDelta,
  RunDeleted,
  Welcome,
} from './messages.js';
export { packFacts } from './packing.js';
export {
  decodeAgentMessage,
  decodeControlMessage,
  encodeMessage,
  LinkProtocolError,
  MESSAGE_LIMIT_BYTES,
  MESSAGE_TARGET_BYTES,
} from './wire.js';

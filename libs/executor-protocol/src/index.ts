export { ENV, SCRIPT_PART_BYTES } from './environment.js';
export { EXIT } from './exit-codes.js';
export { decodeOutputs, FRAME_PREFIX, FrameFilter, isFrame } from './frames.js';
export { PATHS } from './paths.js';
export { isProgress, progressMarkOf } from './progress.js';
export {
  DEADLINE_EXCEEDED,
  DEPENDENCY_FAILED,
  OUTPUT_LIMIT_BYTES,
  OVERFLOW_LIMIT_BYTES,
  parseTerminationReport,
} from './report.js';
export type { ReportedOutputs, ReportOverflow, TerminationReport } from './report.js';

export { ENV, SCRIPT_PART_BYTES } from './environment.js';
export { EXIT } from './exit-codes.js';
export { decodeOutputs } from './frames.js';
export { PATHS } from './paths.js';
export { FRAME_PREFIX, isFrame, OUTPUT_LIMIT_BYTES, parseTerminationReport } from './report.js';
export type { ReportedOutputs, ReportOverflow, TerminationReport } from './report.js';

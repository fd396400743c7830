import { secretVariable, switchVariable } from '@argosy/platform';
import { z } from 'zod';

const url = (protocols: readonly string[], example: string) =>
  z.string().refine((value) => {
    const { protocol } = URL.parse(value) ?? {};
    return protocol !== undefined && protocols.includes(protocol);
  }, `must be an address such as ${example}`);

export const controlPlaneConfig = z.object({
  ARGOSY_HOST: z.string().default('127.0.0.1').describe('Address to listen on'),
  ARGOSY_PORT: z.coerce
    .number('must be a number')
    .int()
    .min(0)
    .max(65_535)
    .default(7460)
    .describe('Port to listen on; 0 for any free one'),
  ARGOSY_ROLE: z
    .enum(['all', 'api', 'worker'], 'must be all, api or worker')
    .default('all')
    .describe('What this process does: answer requests, work off jobs, or both'),
  ARGOSY_DATA_DIR: z.string().default('.argosy').describe('Folder of the embedded database and of generated secrets'),
  ARGOSY_DASHBOARD_DIR: z.string().optional().describe('Folder of the built dashboard; beside the program by default'),
  ARGOSY_SECRET: secretVariable(32)
    .optional()
    .describe(
      'Secret that all replicas share: signs logins and protects the application role; generated and kept when absent',
    ),
  DATABASE_URL: url(['postgres:', 'postgresql:'], 'postgresql://user:password@host:5432/argosy')
    .optional()
    .describe('PostgreSQL 15 or newer; embedded when absent'),
  REDIS_URL: url(['redis:', 'rediss:'], 'redis://host:6379')
    .optional()
    .describe('Redis for jobs; they are kept in PostgreSQL when absent'),
  ARGOSY_ADMIN_EMAIL: z.string().default('admin@argosy.local').describe('First administrator, made when there is none'),
  ARGOSY_LOG_LEVEL: z
    .enum(['trace', 'debug', 'info', 'warn', 'error', 'silent'])
    .default('info')
    .describe('Least important log lines to write'),
  ARGOSY_EXIT_WITH_PARENT: switchVariable(false).describe('1: end when standard input closes'),
  ARGOSY_HEARTBEAT_MS: z.coerce
    .number('must be a number')
    .int()
    .min(100)
    .default(10_000)
    .describe('Time between signs of life of an agent'),
});
export type ControlPlaneConfig = Readonly<z.infer<typeof controlPlaneConfig>>;
export const CONFIG = Symbol('ControlPlaneConfig');

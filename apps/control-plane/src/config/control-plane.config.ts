import { z } from 'zod';

export const controlPlaneConfig = z.object({
  ARGOSY_HOST: z.string().default('127.0.0.1').describe('Address to listen on'),
  ARGOSY_PORT: z.coerce
    .number()
    .int()
    .min(0)
    .max(65_535)
    .default(7460)
    .describe('Port to listen on; 0 for any free one'),
  ARGOSY_DATA_DIR: z.string().default('.argosy').describe('Folder of the embedded database and of generated secrets'),
  ARGOSY_DASHBOARD_DIR: z.string().optional().describe('Folder of the built dashboard; beside the program by default'),
  DATABASE_URL: z.string().optional().describe('PostgreSQL server, with rights to create roles; embedded when absent'),
  ARGOSY_ADMIN_EMAIL: z.string().default('admin@argosy.local').describe('First administrator, made when there is none'),
  ARGOSY_LOG_LEVEL: z
    .enum(['trace', 'debug', 'info', 'warn', 'error'])
    .default('info')
    .describe('Least important log lines to write'),
  ARGOSY_EXIT_WITH_PARENT: z.string().optional().describe('1: end when standard input closes'),
  ARGOSY_HEARTBEAT_MS: z.coerce
    .number()
    .int()
    .min(100)
    .default(10_000)
    .describe('Time between signs of life of an agent'),
});
export type ControlPlaneConfig = z.infer<typeof controlPlaneConfig>;
export const CONFIG = Symbol('ControlPlaneConfig');

import { podHandler } from './pod.js';

export const resourceHandler = podHandler('resource');

import { podHandler } from './pod.js';

export const scriptHandler = podHandler('script');

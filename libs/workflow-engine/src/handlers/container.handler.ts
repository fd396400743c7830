import { podHandler } from './pod.js';

export const containerHandler = podHandler('container');

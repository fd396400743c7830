import { podHandler } from './pod.js';

export const dataHandler = podHandler('data');

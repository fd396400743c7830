import { podHandler } from './pod.js';

export const containerSetHandler = podHandler('containerSet');

import { parentPort } from 'node:worker_threads';
import { createPipeline } from '../core/pipeline';
import { serve } from './serve';

if (!parentPort) throw new Error('This file is started as a worker thread.');
serve(parentPort, createPipeline());

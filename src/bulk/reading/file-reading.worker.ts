/** What a thread runs that reads files: for each order one answer. It is ended from outside, whenever that is. */
import { parentPort } from 'node:worker_threads';
import { builtInFormat } from '../formats/built-in-formats';
import { readFiles, type ReadingOrder } from './file-reading';
import { answerOf } from './reading-answer';

parentPort?.on('message', (order: ReadingOrder) => {
  void answerOf(readFiles(order, builtInFormat)).then((answer) => parentPort?.postMessage(answer));
});

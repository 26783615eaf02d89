import type { Lane } from '../lane.contract';

/** Every operation of the document, with requests made from what the document says of it. */
export const fuzzRoutes: Lane = ({ calls }) => Promise.resolve({ cases: calls.sent, findings: calls.findings });

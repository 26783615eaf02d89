import { JOBS } from '../support/jobs';
import type { RouteTable } from './route-table';

/** Routes on jobs. */
export const JOB_ROUTES: RouteTable = {
  [`GET ${JOBS}`]: {
    admits: 'jobs:read',
    answers: 200,
    names: { company: 403 },
    call: (api, { by, company }) => api.get(JOBS).query(by === 'company' ? { parentCompanyId: company } : {}),
  },
  [`GET ${JOBS}/:jobId`]: {
    admits: 'jobs:read',
    answers: 200,
    names: { job: 404 },
    call: (api, { job }) => api.get(`${JOBS}/${job}`),
  },
  [`GET ${JOBS}/:jobId/rows`]: {
    admits: 'jobs:read',
    answers: 200,
    names: { job: 404 },
    call: (api, { job }) => api.get(`${JOBS}/${job}/rows`),
  },
  [`GET ${JOBS}/:jobId/events`]: {
    admits: 'link or jobs:read',
    answers: 200,
    names: { job: 404 },
    call: (api, { job }) => api.get(`${JOBS}/${job}/events`),
  },
  [`GET ${JOBS}/:jobId/results/:file`]: {
    admits: 'link or jobs:read',
    answers: 200,
    names: { job: 404 },
    call: (api, { job }) => api.get(`${JOBS}/${job}/results/success.csv`),
  },
  // It has ended: the caller is let in, and told so.
  [`POST ${JOBS}/:jobId/cancel`]: {
    admits: 'jobs:write',
    answers: 409,
    names: { job: 404 },
    call: (api, { job }) => api.post(`${JOBS}/${job}/cancel`),
  },
  [`POST ${JOBS}/:jobId/commit`]: {
    admits: 'jobs:write',
    alsoNeeds: 'customers:write',
    answers: 200,
    names: { rehearsal: 404 },
    call: (api, { rehearsal }) => api.post(`${JOBS}/${rehearsal}/commit`),
  },
  [`POST ${JOBS}/:jobId/undo`]: {
    admits: 'jobs:write',
    alsoNeeds: 'customers:write',
    answers: 200,
    names: { job: 404 },
    call: (api, { job }) => api.post(`${JOBS}/${job}/undo`),
  },
  // No row of it failed through a fault of the service.
  [`POST ${JOBS}/:jobId/retry`]: {
    admits: 'jobs:write',
    alsoNeeds: 'customers:write',
    answers: 409,
    names: { job: 404 },
    call: (api, { job }) => api.post(`${JOBS}/${job}/retry`),
  },
  [`DELETE ${JOBS}/:jobId`]: {
    admits: 'jobs:write',
    answers: 200,
    names: { job: 404 },
    call: (api, { job }) => api.delete(`${JOBS}/${job}`),
  },
};

import type { RouteTable } from './route-table';

/** Routes that need no token. */
export const OPEN_ROUTES: RouteTable = {
  'GET /health/live': { admits: 'anybody', answers: 200, names: {}, call: (api) => api.get('/health/live') },
  'GET /health/ready': { admits: 'anybody', answers: 200, names: {}, call: (api) => api.get('/health/ready') },
  'GET /errors': { admits: 'anybody', answers: 200, names: {}, call: (api) => api.get('/errors') },
  'GET /errors/:code': { admits: 'anybody', answers: 200, names: {}, call: (api) => api.get('/errors/10007') },
  // Takes the id and secret of a client instead; without them the form is at fault.
  'POST /oauth/token': { admits: 'anybody', answers: 400, names: {}, call: (api) => api.post('/oauth/token') },
  // Has a token of its own, and is not there for anybody while none is set.
  'GET /metrics': { admits: 'anybody', answers: 404, names: {}, call: (api) => api.get('/metrics') },
};

import type { RecordNames } from './record-names';
import type { RouteTable } from './route-table';

const ADDRESS = { type: 'delivery', street: 'Velperweg', country: 'NL' };
const CUSTOMER = '/customers/:lookupKey/:lookupValue';

/** Path of the customer a call names, by its source id unless it is to be by number. */
const path = ({ by, numericId, sourceId }: RecordNames) =>
  by === 'numericId' ? `/customers/id/${numericId}` : `/customers/sourceId/${sourceId}`;

/** The parent a body names, where it is to name one. */
const child = ({ by, parentId, parentSourceId }: RecordNames): object => {
  if (by === 'parentId') return { parent: { id: Number(parentId) } };
  return by === 'parentSourceId' ? { parent: { source: 'ERP', sourceId: parentSourceId } } : {};
};

const ON_CUSTOMER = { numericId: 404, sourceId: 404 } as const;

/** Routes of the commerce API. */
export const COMMERCE_ROUTES: RouteTable = {
  'POST /customers': {
    admits: 'customers:write',
    answers: 201,
    names: { parentId: 404, parentSourceId: 404 },
    call: (api, names) => api.post('/customers/').send({ source: 'ERP', sourceId: 'another', ...child(names) }),
  },
  'POST /customers/search': {
    admits: 'customers:read',
    answers: 200,
    names: { debtorId: 200 },
    call: (api, { debtorId }) => api.post('/customers/search').send({ debtorIds: [debtorId] }),
  },
  [`GET ${CUSTOMER}`]: {
    admits: 'customers:read',
    answers: 200,
    names: ON_CUSTOMER,
    call: (api, names) => api.get(path(names)),
  },
  [`PATCH ${CUSTOMER}`]: {
    admits: 'customers:write',
    answers: 200,
    names: { ...ON_CUSTOMER, parentId: 404, parentSourceId: 404 },
    call: (api, names) => api.patch(path(names)).send({ firstName: 'Miles', ...child(names) }),
  },
  [`GET ${CUSTOMER}/addresses`]: {
    admits: 'customers:read',
    answers: 200,
    names: ON_CUSTOMER,
    call: (api, names) => api.get(`${path(names)}/addresses`),
  },
  [`POST ${CUSTOMER}/addresses`]: {
    admits: 'customers:write',
    answers: 201,
    names: ON_CUSTOMER,
    call: (api, names) => api.post(`${path(names)}/addresses`).send(ADDRESS),
  },
  [`POST ${CUSTOMER}/addresses/bulk`]: {
    admits: 'customers:write',
    answers: 200,
    names: ON_CUSTOMER,
    call: (api, names) => api.post(`${path(names)}/addresses/bulk`).send({ addresses: [ADDRESS] }),
  },
  'POST /customers/bulk/sourceId': {
    admits: 'customers:write',
    answers: 200,
    names: { parentId: 200, parentSourceId: 200 },
    call: (api, names) => {
      const item = { source: 'ERP', sourceId: 'another in bulk', ...child(names) };
      return api.post('/customers/bulk/sourceId').send({ customers: [item] });
    },
  },
  'POST /customers/bulk/id': {
    admits: 'customers:write',
    answers: 200,
    names: { numericId: 200, parentId: 200, parentSourceId: 200 },
    call: (api, names) => {
      const item = { id: Number(names.numericId), firstName: 'Davis', ...child(names) };
      return api.post('/customers/bulk/id').send({ customers: [item] });
    },
  },
};

import { CREATE, csvOf, UPDATE, upload } from '../support/bulk';
import type { Api } from '../support/service';
import type { RecordNames } from './record-names';
import type { RouteTable } from './route-table';

const CUSTOMER = '/api/v0/customer';
const CARDS = '/api/v0/bulk/acme.loyalty';

/** The company a call names, where it is to name one. */
const ofCompany = ({ by, company }: RecordNames) => (by === 'company' ? { parentCompanyId: company } : {});

const update = (api: Api, names: RecordNames) => {
  const { by, customer, uniqueRefNo, contact } = names;
  const [id, refNo] = by === 'uniqueRefNo' ? ['', uniqueRefNo] : [customer, ''];
  const address = by === 'contact' ? '' : 'by file';
  const rows = csvOf([
    ['customerId', 'uniqueRefNo', 'address'],
    [id, refNo, address],
  ]);
  const contacts = csvOf([
    ['customerId', 'keyContactPersonId', 'via'],
    [names.customer, contact, 'mail'],
  ]);
  const withContacts = by === 'contact' ? { contacts } : {};
  return upload(api, UPDATE, rows, { query: ofCompany(names), ...withContacts });
};

/** Routes on customers and files of the receivables API. */
export const RECEIVABLES_ROUTES: RouteTable = {
  [`POST ${CUSTOMER}`]: {
    admits: 'customers:write',
    answers: 200,
    names: { company: 403 },
    call: (api, names) => api.post(CUSTOMER).query(ofCompany(names)).send({ legalName: 'Xylo Traders' }),
  },
  [`POST ${CUSTOMER}/search`]: {
    admits: 'customers:read',
    answers: 200,
    names: { company: 403, customer: 200, uniqueRefNo: 200 },
    call: (api, names) => {
      const { by, customer, uniqueRefNo } = names;
      const sought = by === 'uniqueRefNo' ? { uniqueRefNo } : { customerId: customer };
      return api.post(`${CUSTOMER}/search`).query(ofCompany(names)).send(sought);
    },
  },
  [`GET ${CUSTOMER}/:customerId`]: {
    admits: 'customers:read',
    answers: 200,
    names: { company: 403, customer: 404 },
    call: (api, names) => api.get(`${CUSTOMER}/${names.customer}`).query(ofCompany(names)),
  },
  [`PATCH ${CUSTOMER}/:customerId`]: {
    admits: 'customers:write',
    answers: 200,
    names: { company: 403, customer: 404, contact: 400 },
    call: (api, names) => {
      const contacts = [{ keyContactPersonId: names.contact, via: 'mail' }];
      const change = names.by === 'contact' ? { customerKeyContacts: contacts } : { address: 'by request' };
      return api.patch(`${CUSTOMER}/${names.customer}`).query(ofCompany(names)).send(change);
    },
  },
  [`DELETE ${CUSTOMER}/:customerId`]: {
    admits: 'customers:write',
    answers: 200,
    names: { company: 403, customer: 404 },
    call: (api, names) => api.delete(`${CUSTOMER}/${names.customer}`).query(ofCompany(names)),
  },
  [`GET ${CUSTOMER}/:customerId/personal-data`]: {
    admits: 'customers:pii',
    answers: 200,
    names: { company: 403, customer: 404 },
    call: (api, names) => api.get(`${CUSTOMER}/${names.customer}/personal-data`).query(ofCompany(names)),
  },
  [`PUT ${CUSTOMER}/activate/:customerId`]: {
    admits: 'customers:write',
    answers: 200,
    names: { company: 403, customer: 404 },
    call: (api, names) => api.put(`${CUSTOMER}/activate/${names.customer}`).query(ofCompany(names)),
  },
  [`PUT ${CUSTOMER}/deactivate/:customerId`]: {
    admits: 'customers:write',
    answers: 200,
    names: { company: 403, customer: 404 },
    call: (api, names) => api.put(`${CUSTOMER}/deactivate/${names.customer}`).query(ofCompany(names)),
  },
  [`GET ${CUSTOMER}/:customerId/history`]: {
    admits: 'customers:read',
    answers: 200,
    names: { company: 403, customer: 404 },
    call: (api, names) => api.get(`${CUSTOMER}/${names.customer}/history`).query(ofCompany(names)),
  },
  [`POST ${CREATE}`]: {
    admits: 'customers:write',
    answers: 200,
    names: { company: 403 },
    call: (api, { by, company }) => {
      const query = by === 'company' ? { companyId: company } : {};
      return upload(api, CREATE, csvOf([['legalName'], ['Xylo Traders']]), { query });
    },
  },
  [`POST ${UPDATE}`]: {
    admits: 'customers:write',
    answers: 200,
    names: { company: 403, customer: 200, uniqueRefNo: 200, contact: 200 },
    call: update,
  },
  [`GET ${CREATE}/template`]: {
    admits: 'customers:read',
    answers: 200,
    names: {},
    call: (api) => api.get(`${CREATE}/template`),
  },
  // The scope is that of the importer.
  'POST /api/v0/bulk/:area.:name': {
    admits: 'customers:write',
    answers: 200,
    names: { company: 403 },
    call: (api, names) => {
      const cards = csvOf([
        ['cardNumber', 'points'],
        ['L-000001', '10'],
      ]);
      return upload(api, CARDS, cards, { query: ofCompany(names) });
    },
  },
  'GET /api/v0/bulk/:area.:name/template': {
    admits: 'customers:write',
    answers: 200,
    names: {},
    call: (api) => api.get(`${CARDS}/template`),
  },
  'GET /acme/loyalty/:cardNumber': {
    admits: 'customers:read',
    answers: 200,
    names: { card: 404 },
    call: (api, { card }) => api.get(`/acme/loyalty/${card}`),
  },
  'POST /acme/loyalty/:cardNumber/points': {
    admits: 'customers:write',
    answers: 200,
    names: { card: 404 },
    call: (api, { card }) => api.post(`/acme/loyalty/${card}/points`).send({ points: 1 }),
  },
};

/** Nothing is left to call other routes about afterwards. */
export const ERASING_ROUTES: RouteTable = {
  [`PUT ${CUSTOMER}/:customerId/legal-hold`]: {
    admits: 'customers:erase',
    answers: 200,
    names: { company: 403, customer: 404 },
    call: (api, names) => api.put(`${CUSTOMER}/${names.customer}/legal-hold`).query(ofCompany(names)),
  },
  // Before the next one, which is refused while it stands.
  [`DELETE ${CUSTOMER}/:customerId/legal-hold`]: {
    admits: 'customers:erase',
    answers: 200,
    names: { company: 403, customer: 404 },
    call: (api, names) => api.delete(`${CUSTOMER}/${names.customer}/legal-hold`).query(ofCompany(names)),
  },
  [`DELETE ${CUSTOMER}/:customerId/personal-data`]: {
    admits: 'customers:erase',
    answers: 200,
    names: { company: 403, customer: 404 },
    call: (api, names) => api.delete(`${CUSTOMER}/${names.customer}/personal-data`).query(ofCompany(names)),
  },
};

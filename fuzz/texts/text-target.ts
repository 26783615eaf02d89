import { Answer, Call, formCall, jsonCall } from '../call';
import type { LaneOptions } from '../lane.contract';
import { cellMeaning } from '../tables/cell-meaning';

/** A field that takes free text, how a text gets into it and how it is read back. */
export interface TextTarget {
  readonly name: string;
  write(text: string): Call;
  /** Where the text is to be read after a write that was accepted. */
  read(text: string): Call;
  /** The text as it is stored now; undefined when the answer does not hold it. */
  stored(body: any, text: string): unknown;
  /** True when the answer to the write says that it was refused, and names what. */
  isRefusal(answer: Answer, body: any): boolean;
  /** The text as it must be stored, where the field says what a cell means. */
  expected?(text: string): unknown;
}

const get = (path: string): Call => ({ method: 'GET', path });
/** Half a character has no place in a path; what is read instead is nobody's. */
const path = (text: string): string => encodeURIComponent(text.toWellFormed());

/** A fault of the whole call that says where it is. */
const isNamed = ({ status, body }: Answer): boolean => status === 400 && body.length > 100;

function recordTarget(): TextTarget {
  const id = 'loan_12345';
  return {
    name: 'campaign data',
    write: (text) =>
      jsonCall('PUT', '/api/v1/customer-data/bulk', {
        campaignId: 'camp_abc123',
        records: [{ id, data: { fuzz_note: text, fuzz_list: [text] } }],
      }),
    read: () => get(`/api/v1/customer-data?campaignId=camp_abc123&id=${id}`),
    stored: (body) => body?.data?.data?.fuzz_note,
    isRefusal: (answer, body) => isNamed(answer) || body?.results?.invalidRecords?.[0]?.errors?.length > 0,
  };
}

function keyTarget(): TextTarget {
  const id = 'loan_67890';
  return {
    name: 'campaign key',
    write: (text) =>
      jsonCall('PUT', '/api/v1/customer-data', { campaignId: 'camp_abc123', id, data: { fuzz_keys: { [text]: 1 } } }),
    read: () => get(`/api/v1/customer-data?campaignId=camp_abc123&id=${id}`),
    stored: (body, text) => (Object.hasOwn(body?.data?.data?.fuzz_keys ?? {}, text) ? text : undefined),
    isRefusal: (answer, body) => isNamed(answer) || body?.errors?.length > 0,
  };
}

const COMMERCE_TEXTS = ['firstName', 'middleName', 'lastName', 'abbreviation', 'title', 'phone', 'mobile', 'debtorId'];
const ADDRESS_TEXTS = [
  'street',
  'company',
  'number',
  'numberExtension',
  'postalCode',
  'city',
  'region',
  'notes',
  'code',
];

function commerceTarget(field: string, isAddress: boolean): TextTarget {
  const key = { source: 'FUZZ', sourceId: `texts-${field}` };
  const item = (text: string) =>
    isAddress
      ? { ...key, addresses: [{ type: 'delivery', street: 'Velperweg', country: 'NL', code: 'fuzz', [field]: text }] }
      : { ...key, [field]: text };
  const code = (text: string) => (field === 'code' ? text : 'fuzz');
  return {
    name: `commerce ${isAddress ? 'address ' : ''}${field}`,
    write: (text) => jsonCall('POST', '/customers/bulk/sourceId', { customers: [item(text)] }),
    read: () => get(`/customers/sourceId/${path(key.sourceId)}${isAddress ? '/addresses' : ''}?source=FUZZ`),
    stored: (body, text) =>
      isAddress ? body?.data?.find((one: any) => one.code === code(text))?.[field] : body?.data?.[field],
    isRefusal: (answer, body) =>
      (isNamed(answer) && body?.error?.messages?.some((one: string) => one.includes(field))) ||
      body?.data?.[0]?.error !== undefined,
  };
}

/** A source id is what a customer is found by: no other may be found by it. */
function identityTarget(): TextTarget {
  return {
    name: 'commerce sourceId',
    write: (text) =>
      jsonCall('POST', '/customers/bulk/sourceId', { customers: [{ source: 'FUZZ', sourceId: text, lastName: text }] }),
    read: (text) => get(`/customers/sourceId/${path(text)}?source=FUZZ`),
    stored: (body) => body?.data?.sourceId,
    isRefusal: (answer, body) => isNamed(answer) || body?.data?.[0]?.error !== undefined,
  };
}

const CUSTOMER_TEXTS = ['legalName', 'uniqueRefNo', 'address', 'assignedAgent', 'state', 'contactNumber'];

function customerTarget(field: string, id: string): TextTarget {
  return {
    name: `customer ${field}`,
    write: (text) => jsonCall('PATCH', `/api/v0/customer/${id}`, { [field]: text }),
    read: () => get(`/api/v0/customer/${id}`),
    stored: (body) => body?.payload?.[field],
    isRefusal: (answer, body) => isNamed(answer) && body?.errorResponse?.apiSubErrors?.length > 0,
  };
}

function cellTarget(field: string, id: string): TextTarget {
  const cell = (text: string) => `"${text.replaceAll('"', '""')}"`;
  return {
    name: `cell ${field}`,
    write: (text) =>
      formCall('/api/v0/customer/bulk/update', [
        { name: 'file', fileName: 'fuzz.csv', bytes: Buffer.from(`customerId,${field}\r\n${id},${cell(text)}\r\n`) },
      ]),
    read: () => get(`/api/v0/customer/${id}`),
    stored: (body) => body?.payload?.[field],
    isRefusal: ({ status }, body) =>
      status === 415 || status === 422 || status === 400 || body?.payload?.failureRequests?.[0]?.errors?.length > 0,
    expected: (text) => cellMeaning(text, 'csv'),
  };
}

/** The fields, each on a record of its own. */
export function textTargets({ customerIds }: Pick<LaneOptions, 'customerIds'>): TextTarget[] {
  const id = (at: number) => customerIds[at % customerIds.length] ?? '';
  return [
    recordTarget(),
    keyTarget(),
    identityTarget(),
    ...COMMERCE_TEXTS.map((field) => commerceTarget(field, false)),
    ...ADDRESS_TEXTS.map((field) => commerceTarget(field, true)),
    ...CUSTOMER_TEXTS.map((field, at) => customerTarget(field, id(at))),
    ...CUSTOMER_TEXTS.map((field, at) => cellTarget(field, id(at + CUSTOMER_TEXTS.length))),
  ];
}

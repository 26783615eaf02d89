import { bulk, CREATE, csvOf } from './bulk';
import { times } from './campaigns';
import type { Api } from './service';

/** A valid customer body; members given replace those of the sample. */
export function sampleCustomer(changes: object = {}): Record<string, unknown> {
  return {
    legalName: 'Xylo Traders Private Limited',
    uniqueRefNo: 'CUST-00042',
    panOrGstin: '29AAACX1234A2ZS',
    contactNumber: '+919812345678',
    address: '14 MG Road, Bengaluru',
    state: 'Karnataka',
    pinCode: '560001',
    accountNumber: '00123456789',
    ifsc: 'HDFC0001234',
    assignedAgent: 'agent-7',
    branchCodes: ['BLR-01'],
    creditLimit: '150000.50',
    paymentTermsDays: 30,
    ...changes,
  };
}

/** Creates a customer and gives its payload. */
export async function createCustomer(api: Api, changes: object = {}): Promise<any> {
  const { body } = await api.post('/api/v0/customer').send(sampleCustomer(changes)).expect(200);
  return body.payload;
}

/** Creates so many customers from a file, with numbers and names that end on 0, 1, 2 …, and gives the answer. */
export async function createNumbered(api: Api, count: number): Promise<any> {
  const rows = times(count, (index) => [`R-${index}`, `Name ${index}`]);
  const answer = await bulk(api, CREATE, csvOf([['uniqueRefNo', 'legalName'], ...rows]));
  expect(answer.success_count).toBe(count);
  return answer;
}

/** The customer of that number; undefined when there is none. */
export async function findCustomer(api: Api, uniqueRefNo: string): Promise<any> {
  const { body } = await api.post('/api/v0/customer/search').send({ uniqueRefNo }).expect(200);
  return body.payload.items[0];
}

/** Uploads a text as a file part and gives the answer. */
export function uploadText(api: Api, path: string, text: string, fileName = 'customers.csv') {
  return api.post(path).attach('file', Buffer.from(text), fileName);
}

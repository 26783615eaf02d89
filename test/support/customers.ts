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

/** Uploads a text as a file part and gives the answer. */
export function uploadText(api: Api, path: string, text: string, fileName = 'customers.csv') {
  return api.post(path).attach('file', Buffer.from(text), fileName);
}

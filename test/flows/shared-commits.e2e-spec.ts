import { DataSource } from 'typeorm';
import { createCustomer } from '../support/customers';
import { startService } from '../support/service';

const CLIENTS = 16;
const CHANGES = 4;

// Each waits for the disk, which SQLite does with the whole process: this is what many clients at once are fast by.
it('changes of many clients at once share their COMMITs on the embedded database', async () => {
  const service = await startService('sqlite');
  try {
    const { api, token } = await service.createTenant();
    const ids: string[] = [];
    for (let at = 0; at < CLIENTS; at++) {
      ids.push((await createCustomer(api, { uniqueRefNo: `SHARED-${at}` })).customerId as string);
    }
    const commit = jest.spyOn(service.app.get(DataSource).createQueryRunner(), 'commitTransaction');
    const client = async (customerId: string) => {
      for (let change = 0; change < CHANGES; change++) {
        const verb = change % 2 === 0 ? 'deactivate' : 'activate';
        const url = `${service.baseUrl}/api/v0/customer/${verb}/${customerId}`;
        const { status } = await fetch(url, { method: 'PUT', headers: { Authorization: `Bearer ${token}` } });
        expect(status).toBe(200);
      }
    };
    await Promise.all(ids.map(client));
    for (const customerId of ids) {
      const { body } = await api.get(`/api/v0/customer/${customerId}`).expect(200);
      expect(body.payload).toMatchObject({ status: 'ACTIVE' });
    }
    // 16 to 24 when clients and service share a busy machine; one for each change, exactly, when nothing is shared.
    expect(commit.mock.calls.length).toBeLessThan((CLIENTS * CHANGES * 3) / 4);
  } finally {
    await service.stop();
  }
});

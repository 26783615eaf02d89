import { Agent, request } from 'node:http';
import { DataSource } from 'typeorm';
import { createCustomer } from '../support/customers';
import { startService } from '../support/service';

const CLIENTS = 16;
const CHANGES = 4;

/** A PUT over one of the connections that stay open; gives its status. */
function put(agent: Agent, url: string, token: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { method: 'PUT', agent, headers: { Authorization: `Bearer ${token}` } }, (response) => {
      response.resume().once('end', () => resolve(response.statusCode ?? 0));
    });
    sent.once('error', reject).end();
  });
}

// Each waits for the disk, which SQLite does with the whole process: this is what many clients at once are fast by.
it('changes of many clients at once share their COMMITs on the embedded database', async () => {
  const service = await startService('sqlite');
  const agent = new Agent({ keepAlive: true, maxSockets: CLIENTS });
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
        expect(await put(agent, `${service.baseUrl}/api/v0/customer/${verb}/${customerId}`, token)).toBe(200);
      }
    };
    await Promise.all(ids.map(client));
    for (const customerId of ids) {
      const { body } = await api.get(`/api/v0/customer/${customerId}`).expect(200);
      expect(body.payload).toMatchObject({ status: 'ACTIVE' });
    }
    expect(commit.mock.calls.length).toBeLessThan((CLIENTS * CHANGES) / 3);
  } finally {
    agent.destroy();
    await service.stop();
  }
});

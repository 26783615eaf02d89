/** The floor: a bare node:http handler with JSON.parse, hand-written checks and the best raw statement. */
import { createServer, IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readCsv } from './csv.rows';
import { checked, CommerceItem, isCommerceItem, isCustomerRow, isRecordChange, RecordChange } from './floor.input';
import type { FloorStore } from './floor.store';
import { mariadbStore } from './mariadb.store';
import { announce, readSettings } from './peer.settings';
import { sqliteStore } from './sqlite.store';

type Handler = (store: FloorStore, body: string) => Promise<number>;

const HANDLERS: Readonly<Record<string, Handler>> = {
  '/campaign': async (store, body) => {
    const { records } = JSON.parse(body) as { records: RecordChange[] };
    await store.mergeRecords(checked(records, isRecordChange));
    return records.length;
  },
  '/commerce': async (store, body) => {
    const { customers } = JSON.parse(body) as { customers: CommerceItem[] };
    await store.upsertCustomers(checked(customers, isCommerceItem));
    return customers.length;
  },
  '/update': async (store, body) => {
    const rows = checked(readCsv(body), isCustomerRow);
    await store.updateCustomers(rows);
    return rows.length;
  },
  '/create': async (store, body) => {
    const rows = checked(readCsv(body), isCustomerRow);
    await store.insertCustomers(rows);
    return rows.length;
  },
};

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

const settings = readSettings();
const store = settings.databaseUrl === null ? sqliteStore(settings) : mariadbStore(settings, settings.databaseUrl);
const server = createServer((request, response) => {
  const handler = HANDLERS[request.url ?? ''];
  const work = async () => {
    if (handler === undefined) throw new Error('no such path');
    response.end(JSON.stringify({ total: await handler(store, await textOf(request)) }));
  };
  work().catch((error: unknown) => {
    response.statusCode = 500;
    response.end(String(error));
  });
});
server.listen(0, '127.0.0.1', () => announce((server.address() as AddressInfo).port));

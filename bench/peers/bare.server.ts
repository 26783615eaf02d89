/** A bare express application that sets the status of a customer by the statements the service sends. */
import express from 'express';
import type { AddressInfo } from 'node:net';
import { mariadbStatus } from './mariadb.status';
import { announce, readSettings } from './peer.settings';
import { sqliteStatus } from './sqlite.status';

/** Brings a customer to a status, with its history; false when there is no such customer. */
export type SetStatus = (customerId: string, to: string) => Promise<boolean>;

const settings = readSettings();
const setStatus: SetStatus =
  settings.databaseUrl === null ? sqliteStatus(settings) : mariadbStatus(settings, settings.databaseUrl);
const app = express();
const statuses = [
  ['activate', 'ACTIVE'],
  ['deactivate', 'INACTIVE'],
] as const;
for (const [verb, status] of statuses) {
  app.put(`/${verb}/:customerId`, async (request, response) => {
    const { customerId } = request.params;
    const isThere = await setStatus(customerId, status);
    response.status(isThere ? 200 : 404).json({ payload: customerId, response_code: 0, response_message: 'Success' });
  });
}
const server = app.listen(0, '127.0.0.1', () => announce((server.address() as AddressInfo).port));

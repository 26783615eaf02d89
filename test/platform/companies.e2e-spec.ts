import { createCustomer, sampleCustomer, uploadText } from '../support/customers';
import { describeEachEngine } from '../support/engines';
import { RunningService, startService, Tenant } from '../support/service';

describeEachEngine('the company tree', (engine) => {
  let service: RunningService;
  let parent: Tenant;
  let child: Tenant;
  let grandchild: Tenant;
  let sibling: Tenant;
  beforeAll(async () => {
    service = await startService(engine);
    parent = await service.createTenant({ name: 'Parent' });
    child = await service.createTenant({ name: 'Child', parent: parent.company });
    grandchild = await service.createTenant({ name: 'Grandchild', parent: child.company });
    sibling = await service.createTenant({ name: 'Sibling', parent: parent.company });
  });
  afterAll(() => service.stop());

  const search = ({ api }: Tenant, companyId: string) =>
    api.post('/api/v0/customer/search').query({ parentCompanyId: companyId }).set('X-Request-Id', 'same').send({});

  it('lets a company reach itself and all below it', async () => {
    for (const { company } of [parent, child, grandchild, sibling]) await search(parent, company.companyId).expect(200);
    await search(child, child.company.companyId).expect(200);
    await search(child, grandchild.company.companyId).expect(200);
  });

  it('writes into the book of the company it names, and reads each book by itself', async () => {
    const query = { parentCompanyId: child.company.companyId };
    const { body } = await parent.api.post('/api/v0/customer').query(query).send(sampleCustomer()).expect(200);
    const path = `/api/v0/customer/${body.payload.customerId}`;
    await child.api.get(path).expect(200);
    await parent.api.get(path).query(query).expect(200);
    await parent.api.get(path).expect(404);
    await grandchild.api.get(path).expect(404);
  });

  it('answers for a foreign company what it answers for one that does not exist, to the letter', async () => {
    const refused = [
      await search(child, parent.company.companyId),
      await search(child, sibling.company.companyId),
      await search(child, 'CEK0000000'),
      await uploadText(child.api, `/api/v0/customer/bulk?companyId=${sibling.company.companyId}`, 'legalName\nX').set(
        'X-Request-Id',
        'same',
      ),
      await uploadText(child.api, '/api/v0/customer/bulk/update?parentCompanyId=CEK0000000', 'legalName\nX').set(
        'X-Request-Id',
        'same',
      ),
    ];
    for (const { status, headers, body } of refused) {
      expect(status).toBe(403);
      expect(headers['x-error-type']).toBe('INVALID_ACCESS');
      expect(body).toEqual({
        errorResponse: {
          apiSubErrors: [],
          errorMessage: 'This token does not reach that company; use its own company id or one below it.',
          errorType: 'INVALID_ACCESS',
          requestId: 'same',
          timestamp: expect.any(String),
        },
        response_code: 403,
        response_message: 'This token does not reach that company; use its own company id or one below it.',
      });
    }
  });

  it.each(['', 'CEK', 'cek0000000', 'CEK00000000', 'XEK0000000', "CEK000000'", 'CEK000000 '])(
    'answers 400 for a company id that is none: "%s"',
    async (companyId) => {
      const { body } = await search(parent, companyId).expect(400);
      expect(body.errorResponse.errorType).toBe('VALIDATION_ERROR');
      expect(body.errorResponse.apiSubErrors).toMatchObject([{ field: 'parentCompanyId', rejectedValue: companyId }]);
    },
  );

  it('hides a customer of another company as one that does not exist', async () => {
    const { customerId } = await createCustomer(sibling.api, { uniqueRefNo: 'ELSEWHERE' });
    const strip = ({ status, body }: { status: number; body: any }) => {
      const { errorResponse, ...rest } = body;
      return { status, rest, message: errorResponse.errorMessage.replaceAll(/KC[A-Z0-9]{14}/g, 'KC…') };
    };
    const foreign = await child.api.get(`/api/v0/customer/${customerId}`);
    const unknown = await child.api.get('/api/v0/customer/KC00000000000000');
    expect(foreign.status).toBe(404);
    expect(strip(foreign).message).toBe(strip(unknown).message);
  });

  it('does not take a company for one below another because its number begins alike', async () => {
    // Roots 1 and 10, 11, …: the path /1/ must not begin /10/.
    const roots: Tenant[] = [];
    for (let count = 0; count < 10; count++) roots.push(await service.createTenant({ name: `Root ${count}` }));
    for (const root of roots) await search(parent, root.company.companyId).expect(403);
  });
});

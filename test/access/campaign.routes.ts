import {
  ADD,
  ADD_BULK,
  CAMPAIGNS,
  CREATE_CAMPAIGN,
  HISTORY,
  lead,
  RECORDS,
  sampleCampaign,
  UPDATE_BULK,
} from '../support/campaigns';
import type { RouteTable } from './route-table';

/** Routes of the campaign API. A record of another company is in another campaign: in the caller's own there is none. */
export const CAMPAIGN_ROUTES: RouteTable = {
  [`POST ${CREATE_CAMPAIGN}`]: {
    admits: 'campaigns:write',
    answers: 201,
    names: {},
    call: (api) => api.post(CREATE_CAMPAIGN).send(sampleCampaign()),
  },
  [`GET ${CAMPAIGNS}`]: { admits: 'campaigns:read', answers: 200, names: {}, call: (api) => api.get(CAMPAIGNS) },
  [`GET ${CAMPAIGNS}/:id`]: {
    admits: 'campaigns:read',
    answers: 200,
    names: { campaign: 403 },
    call: (api, { campaign }) => api.get(`${CAMPAIGNS}/${campaign}`),
  },
  [`PUT ${CAMPAIGNS}/update/:id`]: {
    admits: 'campaigns:write',
    answers: 200,
    names: { campaign: 403 },
    call: (api, { campaign }) => api.put(`${CAMPAIGNS}/update/${campaign}`).send({ name: 'Another name' }),
  },
  [`DELETE ${CAMPAIGNS}/:id`]: {
    admits: 'campaigns:write',
    answers: 200,
    names: { campaign: 403 },
    call: (api, { campaign }) => api.delete(`${CAMPAIGNS}/${campaign}`),
  },
  [`POST ${ADD}`]: {
    admits: 'campaigns:write',
    answers: 201,
    names: { campaign: 403 },
    call: (api, { campaign }) => api.post(ADD).send({ campaignId: campaign, data: lead('another') }),
  },
  [`POST ${ADD_BULK}`]: {
    admits: 'campaigns:write',
    answers: 201,
    names: { campaign: 403 },
    call: (api, { campaign }) => api.post(ADD_BULK).send({ campaignId: campaign, data: [lead('another in bulk')] }),
  },
  [`GET ${RECORDS}`]: {
    admits: 'campaigns:read',
    answers: 200,
    names: { campaign: 403, record: 404 },
    call: (api, { campaign, record }) => api.get(RECORDS).query({ campaignId: campaign, id: record }),
  },
  [`GET ${HISTORY}`]: {
    admits: 'campaigns:read',
    answers: 200,
    names: { campaign: 403, record: 404 },
    call: (api, { campaign, record }) => api.get(HISTORY).query({ campaignId: campaign, id: record }),
  },
  [`PUT ${RECORDS}`]: {
    admits: 'campaigns:write',
    answers: 200,
    names: { campaign: 403, record: 404 },
    call: (api, { campaign, record }) =>
      api.put(RECORDS).send({ campaignId: campaign, id: record, data: { notes: 'by request' } }),
  },
  [`PUT ${UPDATE_BULK}`]: {
    admits: 'campaigns:write',
    answers: 200,
    names: { campaign: 403, record: 207 },
    call: (api, { campaign, record }) =>
      api.put(UPDATE_BULK).send({ campaignId: campaign, records: [{ id: record, data: { notes: 'in bulk' } }] }),
  },
};

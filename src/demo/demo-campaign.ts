import type { NewCampaign } from '../campaign/campaign.service';

const loan = (id: string, firstName: string, lastName: string, amount: number) => ({
  loan_id: id,
  first_name: firstName,
  last_name: lastName,
  phone_number: '+919800000000',
  loan_amount: amount,
  emi_amount: amount / 20,
  loan_period: 24,
  current_emi: 5,
  emi_due_date: '2026-12-05',
  payment_status: 'due',
  language: 'hindi',
});

/** The campaign and records of the published example, so that it works as printed. */
export const DEMO_CAMPAIGN: NewCampaign = {
  campaignId: 'camp_abc123',
  fields: {
    name: 'December instalments',
    description: 'Reminds of instalments that fall due in December.',
    campaignType: 'emi',
    startDate: '2026-12-01',
    endDate: '2026-12-31',
    startTime: '09:00',
    endTime: '18:00',
    languages: ['hindi', 'english'],
    region: 'all',
    tags: ['demo'],
  },
  records: new Map(
    [
      loan('loan_12345', 'Asha', 'Rao', 120000),
      loan('loan_67890', 'Vikram', 'Iyer', 80000),
      loan('loan_24680', 'Meera', 'Nair', 60000),
    ].map((record) => [record.loan_id, record]),
  ),
};

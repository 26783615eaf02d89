import type { Cell } from '../../chaos/database-probe';

/** A campaign of its own, in the words of the API. */
export const CAMPAIGN = {
  name: 'Bench',
  description: 'Records that are changed over and over.',
  campaignType: 'emi',
  startDate: '2026-12-01',
  endDate: '2026-12-31',
  startTime: '09:00',
  endTime: '18:00',
  languages: ['hindi', 'english'],
  region: 'all',
};

const idOf = (record: number): string => `loan_${String(record).padStart(6, '0')}`;
const changeOf = (turn: number, record: number) => ({
  payment_status: `turn ${turn}`,
  emi_amount: (turn * 1_009 + record) % 50_000,
});

export function newRecords(count: number): object[] {
  return Array.from({ length: count }, (_, record) => ({
    loan_id: idOf(record),
    first_name: 'Asha',
    last_name: 'Rao',
    phone_number: '+919800000000',
    loan_amount: 120_000,
    loan_period: 24,
    current_emi: 5,
    emi_due_date: '2026-12-05',
    language: 'hindi',
    ...changeOf(0, record),
  }));
}

/** The body of one bulk call. */
export function changedRecords(campaignId: string, turn: number, count: number): string {
  const records = Array.from({ length: count }, (_, record) => ({ id: idOf(record), data: changeOf(turn, record) }));
  return JSON.stringify({ campaignId, records });
}

/** What must be stored after it. */
export function* recordLines(turn: number, count: number): Generator<readonly Cell[]> {
  for (let record = 0; record < count; record++) {
    const { payment_status: status, emi_amount: amount } = changeOf(turn, record);
    yield [idOf(record), 'Asha', status, amount];
  }
}

import { ApiProperty } from '@nestjs/swagger';
import type { ApiFamily } from '../../../src/extension-api';

/** Error body of the Acme API. */
export class AcmeError {
  @ApiProperty({ example: false })
  ok: boolean;

  @ApiProperty({ example: 'CARD_NOT_FOUND' })
  problem: string;

  @ApiProperty({ example: 'This company has no such card.' })
  text: string;

  @ApiProperty({ type: [String] })
  details: string[];
}

/** How the Acme API speaks. */
export const acmeFamily: ApiFamily = {
  name: 'acme',
  prefixes: ['/acme'],
  errorModels: { other: AcmeError },
  success: (answer) => ({ ok: true, answer }),
  render: ({ status, code, message, issues }) => ({
    status,
    body: { ok: false, problem: code, text: message, details: issues.map((issue) => issue.message) },
  }),
};

import { defineError } from '../errors/app-error';

/** The company is not the caller's or below it. Unknown and foreign companies get the same words. */
export class CompanyNotAccessible extends defineError('COMPANY_NOT_ACCESSIBLE', 'INVALID_ACCESS') {}

/** Used by the command line only, where names of companies are no secret. */
export class CompanyNotFound extends defineError('COMPANY_NOT_FOUND', 'RECORD_NOT_FOUND') {}

/** The words for a company out of reach. */
export function companyNotAccessible(): CompanyNotAccessible {
  return new CompanyNotAccessible('This token does not reach that company; use its own company id or one below it.');
}

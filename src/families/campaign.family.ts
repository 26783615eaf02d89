import { AppError } from '../platform/errors/app-error';
import { ApiFamily, RenderedError } from '../platform/errors/api-family';
import { STATUS_NAMES } from './status-names';
import { CampaignError, CampaignRefusal, CampaignValidationError } from './campaign.openapi';

/** The campaign API (`/api/v1`): `success: false` with a list for 400, a sentence for 403 and a named error otherwise. */
export const campaignFamily: ApiFamily = {
  name: 'campaign',
  prefixes: ['/api/v1'],
  errorModels: { 400: CampaignValidationError, 403: CampaignRefusal, other: CampaignError },
  render({ status, message, issues }: AppError): RenderedError {
    if (status === 400) {
      const errors = issues.length > 0 ? issues.map((issue) => issue.message) : [message];
      return { status, body: { success: false, message: 'Validation failed', errors } };
    }
    if (status === 403) return { status, body: { success: false, message } };
    if (status === 500) {
      // Printed on the published page; the cause is in the log.
      return {
        status,
        body: { success: false, error: 'InternalServerError', message: 'An unexpected error occurred' },
      };
    }
    return { status, body: { success: false, error: STATUS_NAMES[status] ?? 'InternalServerError', message } };
  },
};

import { AppError } from '../platform/errors/app-error';
import { ApiFamily, ErrorContext, RenderedError } from '../platform/errors/api-family';
import { cappedMessages, commerceCode } from './commerce.codes';
import { CommerceError } from './commerce.openapi';

/** The commerce API (`/customers`): numbered errors, each with a page that explains it. */
export const commerceFamily: ApiFamily = {
  name: 'commerce',
  prefixes: ['/customers'],
  errorModels: { other: CommerceError },
  render(error: AppError, { baseUrl }: ErrorContext): RenderedError {
    const { status } = error;
    const { code, type } = commerceCode(error.code, status);
    const messages = error.issues.length > 0 ? error.issues.map((issue) => issue.message) : [error.message];
    return {
      status,
      body: {
        error: { code, messages: cappedMessages(messages), moreInfo: `${baseUrl}/errors/${code}`, status, type },
      },
    };
  },
};

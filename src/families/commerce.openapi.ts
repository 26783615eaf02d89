import { ApiInt } from '../platform/openapi/api-schema';

/** What went wrong, in the words of the commerce API. */
export class CommerceErrorDetail {
  /**
   * Number of the kind of error; the HTTP status where the published list has none.
   * @example 10007
   */
  @ApiInt()
  code: number;
  /** @example ['#/customers/0: extraneous key [company] is not permitted'] */
  messages: string[];
  /**
   * Page that explains the code.
   * @example 'https://rollbook.example/errors/10007'
   */
  moreInfo: string;
  /**
   * The HTTP status.
   * @example 400
   */
  @ApiInt()
  status: number;
  /** @example 'SchemaValidationException' */
  type: string;
}

/** Error body of the commerce API (everything below `/customers`). */
export class CommerceError {
  error: CommerceErrorDetail;
}

/** Error body of the campaign API (`/api/v1`) for 400: every fault of the call. */
export class CampaignValidationError {
  /** @example false */
  success: boolean;
  /** @example 'Validation failed' */
  message: string;
  /** @example ['records cannot exceed 10000 items per request'] */
  errors: string[];
}

/** Error body of the campaign API for 403: the same for an unknown and for a foreign campaign. */
export class CampaignRefusal {
  /** @example false */
  success: boolean;
  /** @example 'Campaign ID invalid or mismatch for your organization.' */
  message: string;
}

/** Error body of the campaign API for all other statuses. */
export class CampaignError {
  /** @example false */
  success: boolean;
  /**
   * Name of the kind of error.
   * @example 'InternalServerError'
   */
  error: string;
  /** @example 'An unexpected error occurred' */
  message: string;
}

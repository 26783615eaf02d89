import { ApiHeader } from '@nestjs/swagger';

/** The header by which a caller says how long to wait for the job of a bulk call (RFC 7240). */
export function ApiPreferHeader(): MethodDecorator {
  return ApiHeader({
    name: 'Prefer',
    required: false,
    description:
      '`respond-async`: answered 202 at once, with the address of the job in `Location`. `wait=N`: so after N seconds, if the job is not done by then; without the header after the limit of the service.',
    schema: { type: 'string', maxLength: 200 },
  });
}

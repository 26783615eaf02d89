import { ApiProperty } from '@nestjs/swagger';

/** Answer of the health routes. */
export class HealthResponse {
  /** @example 'ok' */
  @ApiProperty({ enum: ['ok'] })
  status: 'ok';
}

import { Injectable } from '@nestjs/common';

/** The time limits go by; it never jumps, as the time of day may. */
@Injectable()
export class Clock {
  /** Milliseconds since some moment. */
  now(): number {
    return performance.now();
  }
}

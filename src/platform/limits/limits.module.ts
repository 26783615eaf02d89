import { Global, Module } from '@nestjs/common';
import { AccessRates } from './access-rates';
import { Clock } from './clock';
import { FailedLogins } from './failed-logins';
import { LargeBodies } from './large-bodies';

const LIMITS = [AccessRates, FailedLogins, LargeBodies];

/** What keeps one caller from taking the service down. */
@Global()
@Module({ providers: [Clock, ...LIMITS], exports: LIMITS })
export class LimitsModule {}

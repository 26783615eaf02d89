import { Global, Module } from '@nestjs/common';
import { AuditRepository } from './audit.repository';
import { AuditSeal } from './audit-seal';
import { AuditSealer } from './audit-sealer';
import { AuditTrail } from './audit-trail';
import { AuditVerifier } from './audit-verifier';
import { SecurityEvents } from './security-events';

/** The audit trail: who did what, chained so that every later edit shows. */
@Global()
@Module({
  providers: [AuditRepository, AuditSeal, AuditSealer, AuditTrail, AuditVerifier, SecurityEvents],
  exports: [AuditSealer, AuditTrail, AuditVerifier, SecurityEvents],
})
export class AuditModule {}

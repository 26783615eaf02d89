import { DynamicModule, Global, Module } from '@nestjs/common';
import { APP_FILTER, DiscoveryModule } from '@nestjs/core';
import { ApiFamily } from './api-family';
import { ErrorFilter } from './error.filter';
import { BUILT_IN_FAMILIES, FamilyRegistry } from './family.registry';

/** The one global error filter, and the families whose words answers and errors have. */
@Global()
@Module({})
export class ErrorsModule {
  /** @param families the known families; the first also answers for unknown URLs. */
  static register(families: readonly [ApiFamily, ...ApiFamily[]]): DynamicModule {
    return {
      module: ErrorsModule,
      imports: [DiscoveryModule],
      providers: [
        { provide: BUILT_IN_FAMILIES, useValue: families },
        FamilyRegistry,
        { provide: APP_FILTER, useClass: ErrorFilter },
      ],
      exports: [FamilyRegistry],
    };
  }
}

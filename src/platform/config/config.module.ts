import { DynamicModule, Global, Module } from '@nestjs/common';
import { AppConfig } from './app-config';
import { AppKeys, loadAppKeys } from './app-keys';

/** Provides `AppConfig` and the keys derived from its secret to every module. */
@Global()
@Module({})
export class ConfigModule {
  static register(config: AppConfig): DynamicModule {
    return {
      module: ConfigModule,
      providers: [
        { provide: AppConfig, useValue: config },
        { provide: AppKeys, useFactory: () => loadAppKeys(config) },
      ],
      exports: [AppConfig, AppKeys],
    };
  }
}

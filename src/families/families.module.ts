import { Module } from '@nestjs/common';
import { CommerceErrorsController } from './commerce-errors.controller';

/** Routes that belong to a family as such: the pages that explain its errors. */
@Module({ controllers: [CommerceErrorsController] })
export class FamiliesModule {}

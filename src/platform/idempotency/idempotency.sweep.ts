import { Injectable } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { UnitOfWork } from '../database/unit-of-work';
import { HourlySweep } from '../schedule/hourly-sweep';
import { StoredAnswers } from './stored-answers';

/** Keys deleted in one transaction: short enough to keep no request waiting. */
const BATCH = 200;

/** Deletes keys whose time is over. */
@Injectable()
export class IdempotencySweep extends HourlySweep {
  constructor(
    host: HttpAdapterHost,
    private readonly unitOfWork: UnitOfWork,
    private readonly answers: StoredAnswers,
  ) {
    super(host);
  }

  async sweep(): Promise<void> {
    let deleted = BATCH;
    while (deleted === BATCH && !this.stopping) {
      deleted = await this.unitOfWork.run((transaction) => this.answers.forget(transaction, BATCH));
    }
  }
}

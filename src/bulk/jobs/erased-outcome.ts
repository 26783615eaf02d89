import type { RowOutcome } from './bulk-outcome.entity';

/** What became of a row, without anything it said. The version stays: the commit of a dry run needs it. */
export function withoutValues({ row, verdict, recordId, version, issues, warnings }: RowOutcome): RowOutcome {
  const bare = (all: RowOutcome['issues']) =>
    all.map(({ field, code }) => ({ field, code, message: 'erased', rejectedValue: null }));
  return {
    ...{ row, verdict, recordId, issues: bare(issues), warnings: bare(warnings) },
    ...(version !== undefined && { version }),
  };
}

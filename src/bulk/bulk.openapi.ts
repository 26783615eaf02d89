import { applyDecorators } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiResponse } from '@nestjs/swagger';
import { linkExpired } from '../platform/auth/auth.errors';
import { companyNotAccessible } from '../platform/companies/company.errors';
import type { AppError } from '../platform/errors/app-error';
import { PayloadTooLarge, UnreadableBody } from '../platform/errors/http.errors';
import { ApiErrors, invalidField } from '../platform/openapi/api-errors';
import { headerRefs } from '../platform/openapi/response-headers';
import { ApiReceivablesSuccess } from '../families/receivables.openapi';
import { BulkResponse } from './dto/bulk-response.dto';
import { JobResponse } from './dto/job-response.dto';
import type { JobRowResponse } from './dto/job-row.dto';
import { ApiPreferHeader } from './prefer.openapi';
import { noKnownFormat, tooMuchMemory, tooMuchTime, UnreadableFile, UnusableTable } from './formats/file.errors';
import { JobInterrupted, jobNotFound, ResultNotFound } from './jobs/bulk-job.errors';

const JOB_ID = 'JOB7Q2M9RX4T1B8ZC7Q2M9RX4T1B8';
const JOB_URL = `https://rollbook.example/api/v0/bulk/jobs/${JOB_ID}`;
const SIGNATURE = 'expires=1767778200&signature=3g9J5c7KaUKAed9M2-_hgdq9dJ42II9rcPW_cIhSRqk';

const ALL_APPLIED: BulkResponse = {
  failureRequests: [],
  failure_count: 0,
  failure_count_second_file: 0,
  failure_file_name: null,
  failure_file_url: null,
  failure_second_file_name: null,
  failure_second_file_url: null,
  successRequests: [
    { row: 2, customerId: 'KC7Q2M9RX4T1B8ZC', action: 'updated', warnings: [] },
    {
      row: 3,
      customerId: 'KC4T1B8ZC7Q2M9RX',
      action: 'unchanged',
      warnings: [
        { field: null, code: 'NO_CHANGE', message: 'the row says what is stored already', rejectedValue: null },
      ],
    },
  ],
  success_count: 2,
  success_file_name: 'customers-success.csv',
  success_file_url: `${JOB_URL}/results/success.csv?${SIGNATURE}`,
  total_amount: 275000.5,
  total_count: 2,
  warn_count: 1,
};

const PARTLY_APPLIED: BulkResponse = {
  ...ALL_APPLIED,
  failureRequests: [
    {
      row: 3,
      sheet: 'Customers',
      customerId: 'KC4T1B8ZC7Q2M9RX',
      errors: [
        {
          field: 'pinCode',
          code: 'INVALID_FORMAT',
          message: 'pinCode must be 6 digits and not begin with 0',
          rejectedValue: '01234',
        },
      ],
    },
  ],
  failure_count: 1,
  failure_file_name: 'customers-failure.csv',
  failure_file_url: `${JOB_URL}/results/failure.csv?${SIGNATURE}`,
  successRequests: ALL_APPLIED.successRequests.slice(0, 1),
  success_count: 1,
  total_amount: 150000.5,
  warn_count: 0,
};

/** One row that was created. */
export const CREATED: BulkResponse = {
  ...ALL_APPLIED,
  successRequests: [{ row: 2, customerId: 'KC7Q2M9RX4T1B8ZC', action: 'created', warnings: [] }],
  success_count: 1,
  total_amount: 150000.5,
  total_count: 1,
  warn_count: 0,
};

/** The job of `PARTLY_APPLIED`. */
export const JOB_EXAMPLE: JobResponse = {
  jobId: JOB_ID,
  family: 'receivables',
  target: 'customer.update',
  state: 'completed',
  dryRun: false,
  parentJobId: null,
  fileName: 'customers.csv',
  createdAt: '2026-01-06T09:30:00.000Z',
  startedAt: '2026-01-06T09:30:00.010Z',
  finishedAt: '2026-01-06T09:30:00.110Z',
  createdBy: 'key:key_5f0c9a1b2c3d4e5f60718293',
  counters: {
    received: 2,
    created: 0,
    updated: 1,
    unchanged: 0,
    failed: 1,
    skipped: 0,
    unprocessed: 0,
    warned: 0,
    retried: 0,
  },
  rowsPerSecond: 20,
  etaSeconds: 0,
  error: null,
  links: {
    unprocessed: null,
    events: `${JOB_URL}/events?${SIGNATURE}`,
    rows: `${JOB_URL}/rows`,
    self: JOB_URL,
    success: `${JOB_URL}/results/success.csv?${SIGNATURE}`,
    failure: `${JOB_URL}/results/failure.csv?${SIGNATURE}`,
    files: ['failure', 'success'].map((kind) => ({
      name: `customers-${kind}.csv`,
      url: `${JOB_URL}/results/${kind}.csv?${SIGNATURE}`,
    })),
  },
};

/** The same job while it was worked on. */
export const RUNNING_JOB_EXAMPLE: JobResponse = {
  ...JOB_EXAMPLE,
  state: 'running',
  finishedAt: null,
  counters: { ...JOB_EXAMPLE.counters, updated: 0, failed: 0, unprocessed: JOB_EXAMPLE.counters.received },
  rowsPerSecond: null,
  etaSeconds: null,
  links: { ...JOB_EXAMPLE.links, success: null, failure: null, files: [] },
};

/** What a listener of it gets. */
export const JOB_EVENTS_EXAMPLE = `retry: 1000

id: 1
event: progress
data: ${JSON.stringify({ ...JOB_EXAMPLE.counters, rowsPerSecond: 21000, etaSeconds: 0 })}

id: 1-end
event: end
data: ${JSON.stringify(JOB_EXAMPLE)}

`;

/** Its rows. */
export const JOB_ROWS_EXAMPLE: JobRowResponse[] = [
  { row: 2, table: 'Customers', outcome: 'updated', recordId: 'KC7Q2M9RX4T1B8ZC', errors: [], warnings: [] },
  {
    row: 3,
    table: 'Customers',
    outcome: 'failed',
    recordId: 'KC4T1B8ZC7Q2M9RX',
    errors: PARTLY_APPLIED.failureRequests[0]?.errors ?? [],
    warnings: [],
  },
];

/** The form of a bulk call. */
const FORM = {
  type: 'object',
  required: ['file'],
  properties: {
    file: {
      type: 'string',
      format: 'binary',
      description: 'Customers as .csv, .xlsx (sheets Customers and, optionally, Contacts) or .ndjson',
    },
    contacts: { type: 'string', format: 'binary', description: 'Contacts, where the format has one table per file' },
  },
};

/** What differs between the routes that take a file. */
interface FileRoute {
  readonly form: object;
  readonly payloads: Readonly<Record<string, BulkResponse>>;
  /** A company id that is none, in the words of the query of the route. */
  readonly wrongCompany: AppError;
}

/** Documents a route that takes a file of customers. */
export function ApiCustomerFile(kind: 'create' | 'update'): MethodDecorator {
  const isCreation = kind === 'create';
  return ApiBulkFile({
    form: FORM,
    payloads: isCreation
      ? { 'The row became a customer': CREATED }
      : { 'Every row was applied': ALL_APPLIED, 'One row was refused': PARTLY_APPLIED },
    wrongCompany: isCreation
      ? wrongCompany('BulkCreateQuery', 'companyId')
      : wrongCompany('BulkUpdateQuery', 'parentCompanyId'),
  });
}

/** The error of a company id that is none. */
export function wrongCompany(query: string, field: string): AppError {
  return invalidField(query, field, 'ACME', `${field} must be one company id: CEK followed by 7 of A-Z and 0-9`);
}

/** Documents a route that takes a file, whatever its rows are about. */
export function ApiBulkFile(route: FileRoute, ...more: readonly AppError[]): MethodDecorator {
  return applyDecorators(
    ApiConsumes('multipart/form-data'),
    ApiPreferHeader(),
    ApiBody({ required: true, schema: route.form }),
    ApiReceivablesSuccess(BulkResponse, {
      description: 'What became of the rows; 200 whenever the file could be worked through, even if every row failed.',
      payloads: route.payloads,
      headers: ['X-Job-Id'],
    }),
    ApiReceivablesSuccess(JobResponse, {
      status: 202,
      description: 'The job is not done yet and goes on; read what became of it at its address.',
      payloads: { 'A call that did not wait': RUNNING_JOB_EXAMPLE },
      headers: ['X-Job-Id', 'Location'],
    }),
    ApiErrors(
      new UnreadableBody('The form has no part named "file"; send the table as one file part of that name.'),
      new UnreadableFile(
        'Line 7, cell 3: the cell that opens here with a double quote never ends. Add the closing double quote.',
      ),
      route.wrongCompany,
      companyNotAccessible(),
      new PayloadTooLarge('The file is too large; split it into several files.'),
      tooMuchMemory(128),
      tooMuchTime(300),
      noKnownFormat(['csv', 'xlsx', 'ndjson']),
      new UnusableTable('The file has no data row below its header; add at least one.'),
      new JobInterrupted(`The service is being stopped; the job ${JOB_ID} goes on by itself when it is back.`),
      ...more,
    ),
  );
}

/** Kinds of file this service gives out. */
const FILE_TYPES = {
  csv: 'text/csv',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  ndjson: 'application/x-ndjson',
} as const;

/** Documents an answer that is a file, with what one of text holds. */
export function ApiFileAnswer(
  description: string,
  examples: Readonly<Partial<Record<keyof typeof FILE_TYPES, string | null>>>,
): MethodDecorator {
  const content = Object.entries(examples).map(([kind, example]) => [
    FILE_TYPES[kind as keyof typeof FILE_TYPES],
    { schema: { type: 'string', format: 'binary' }, ...(example !== null && { example }) },
  ]);
  return ApiResponse({
    status: 200,
    description,
    headers: headerRefs('Content-Disposition'),
    content: Object.fromEntries(content) as Record<string, object>,
  });
}

const INVALID_JOB_ID = invalidField('JobIdParam', 'jobId', 'JOB1', 'jobId must be JOB followed by 26 of A-Z and 0-9');

/** Documents the errors of a route on one job. */
export function ApiJobErrors(...more: readonly AppError[]): MethodDecorator {
  return ApiErrors(INVALID_JOB_ID, jobNotFound(), ...more);
}

/** Documents the errors of the download of a result file. */
export function ApiResultErrors(): MethodDecorator {
  return ApiErrors(
    invalidField(
      'ResultFileParam',
      'file',
      'rows.csv',
      'file must be success, failure or unprocessed and a format, such as failure.csv',
    ),
    linkExpired(),
    jobNotFound(),
    new ResultNotFound(
      'The job has no such result file: it has no rows of this kind, has not ended yet, or its files were erased.',
    ),
  );
}

/** A failure file of one row. */
export const FAILURE_CSV = `customerId,pinCode,_row,_status,_error_code,_error_field,_error_message\r\nKC4T1B8ZC7Q2M9RX,01234,3,failed,INVALID_FORMAT,pinCode,pinCode must be 6 digits and not begin with 0 [job ${JOB_ID}]\r\n`;

/** The same as NDJSON. */
export const FAILURE_NDJSON = `{"customerId":"KC4T1B8ZC7Q2M9RX","pinCode":"01234","_row":"3","_status":"failed","_error_code":"INVALID_FORMAT","_error_field":"pinCode","_error_message":"pinCode must be 6 digits and not begin with 0 [job ${JOB_ID}]"}\n`;

/** Beginning of the template of an update. */
export const TEMPLATE_CSV =
  'customerId,legalName,uniqueRefNo,creditLimit\r\nKC7Q2M9RX4T1B8ZC,Xylo Traders Private Limited,CUST-00042,150000.50\r\n';

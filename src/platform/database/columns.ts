import { Column, ColumnOptions, PrimaryGeneratedColumn, ValueTransformer } from 'typeorm';

const json: ValueTransformer = {
  to: (value: unknown) => (value === null || value === undefined ? value : JSON.stringify(value)),
  from: (value: unknown) => (typeof value === 'string' ? (JSON.parse(value) as unknown) : value),
};

const boolean: ValueTransformer = {
  to: (value: unknown) => (typeof value === 'boolean' ? Number(value) : value),
  from: (value: unknown) => (value === null || value === undefined ? value : Boolean(value)),
};

/** The last time that was written, and the last two that were read: the rows of a chunk mostly share theirs. */
let lastTime = { milliseconds: NaN, text: '' };
let lastRead = lastTime;
let readBefore = lastTime;

/** UTC time with milliseconds as both databases store it: `2024-10-10 08:34:46.123`. */
export function toDatabaseTime(at: Date): string {
  const milliseconds = at.getTime();
  if (milliseconds !== lastTime.milliseconds) {
    lastTime = { milliseconds, text: at.toISOString().replace('T', ' ').replace('Z', '') };
  }
  return lastTime.text;
}

/** What a database gives for a time column (text, or mysql2's Date), as a Date. */
export function fromDatabaseTime(value: string | Date): Date {
  if (value instanceof Date) return value;
  // A row has two by turns, of its creation and of its last change.
  if (value !== lastRead.text) {
    const known = readBefore;
    readBefore = lastRead;
    lastRead = value === known.text ? known : { milliseconds: Date.parse(`${value.replace(' ', 'T')}Z`), text: value };
  }
  return new Date(lastRead.milliseconds);
}

const time: ValueTransformer = {
  to: (value: unknown) => (value instanceof Date ? toDatabaseTime(value) : value),
  from: (value: unknown) => (typeof value === 'string' || value instanceof Date ? fromDatabaseTime(value) : value),
};

/** Numeric primary key the database counts up. Stays far below 2^53, so it is a number. */
export function IdColumn(): PropertyDecorator {
  return PrimaryGeneratedColumn({ type: 'int' });
}

/** Column pointing at an id. */
export function RefColumn(options: ColumnOptions = {}): PropertyDecorator {
  return Column({ ...options, type: 'int' });
}

/** List or object kept as JSON text. */
export function JsonColumn(options: ColumnOptions = {}): PropertyDecorator {
  return Column({ ...options, type: 'text', transformer: json });
}

export function BooleanColumn(options: ColumnOptions = {}): PropertyDecorator {
  return Column({ ...options, type: 'int', transformer: boolean });
}

/** UTC time column; a Date in memory. */
export function TimeColumn(options: ColumnOptions = {}): PropertyDecorator {
  return Column({ ...options, type: 'varchar', transformer: time });
}

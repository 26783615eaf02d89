import { Column, Entity } from 'typeorm';
import { IdColumn, RefColumn } from '../platform/database/columns';

export type ReminderType = 'ONCE' | 'RECURRING';

/** When a customer is to be reminded of what it owes. */
@Entity('customer_reminders')
export class CustomerReminder {
  @IdColumn()
  id: number;

  @RefColumn()
  companyRef: number;

  @RefColumn()
  customerRef: number;

  /** Public id, `^KR[A-Z0-9]{14}$`. */
  @Column()
  customerReminderId: string;

  @Column({ type: 'varchar' })
  reminderType: ReminderType;

  /** `HH:mm` */
  @Column({ type: 'varchar', nullable: true })
  reminderTime: string | null;

  /** Days from the due date; negative is before it. */
  @Column({ type: 'int', nullable: true })
  dueDateDifference: number | null;

  /** Days between two reminders. */
  @Column({ type: 'int', nullable: true })
  reminderInterval: number | null;

  @Column({ type: 'varchar', nullable: true })
  stage: string | null;
}

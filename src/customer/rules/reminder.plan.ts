import { orderedPublicId } from '../../platform/ids/public-id';
import type { CustomerReminder } from '../customer-reminder.entity';
import type { FieldChange } from '../customer-history.entity';
import { ReminderRequest, ReminderResponse, toReminderResponse } from '../dto/reminder.dto';

/** The list of reminders as it is to be stored, and its change (empty when it stays the same). */
export interface PlannedReminders {
  readonly reminders: Omit<CustomerReminder, 'id'>[];
  readonly changes: FieldChange[];
}

/** Decides what a new list of reminders means; an id is kept only when the customer has that reminder. */
export function planReminders(
  owner: { readonly companyRef: number; readonly id: number },
  stored: readonly CustomerReminder[],
  wanted: readonly ReminderRequest[],
): PlannedReminders {
  const known = new Set(stored.map((reminder) => reminder.customerReminderId));
  const reminders = wanted.map((request) => {
    const { customerReminderId: id, reminderType } = request;
    // An id is taken once; a second reminder with the same id is a new one.
    const keeps = id !== undefined && known.delete(id);
    return {
      companyRef: owner.companyRef,
      customerRef: owner.id,
      customerReminderId: keeps ? id : orderedPublicId('KR', 14),
      reminderType,
      reminderTime: request.reminderTime ?? null,
      dueDateDifference: request.dueDateDifference ?? null,
      reminderInterval: request.reminderInterval ?? null,
      stage: request.stage ?? null,
    };
  });
  const from: ReminderResponse[] = stored.map(toReminderResponse);
  const to = reminders.map((reminder) => toReminderResponse({ ...reminder, id: 0 }));
  const isSame = JSON.stringify(from) === JSON.stringify(to);
  return { reminders, changes: isSame ? [] : [{ field: 'customerReminders', from, to }] };
}

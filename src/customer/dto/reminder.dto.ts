import { IsIn, IsInt, IsOptional, IsString, Matches, Max, MaxLength, Min } from 'class-validator';
import { ApiInt } from '../../platform/openapi/api-schema';
import type { CustomerReminder, ReminderType } from '../customer-reminder.entity';
import { IsStorableText } from '../rules/field.validators';

/** A reminder in a request. The list given replaces the list stored. */
export class ReminderRequest {
  /**
   * Keeps the id of a stored reminder; absent for a new one.
   * @example 'KR3D8W5NV1F6Y2HA'
   */
  @IsOptional()
  @Matches(/^KR[A-Z0-9]{14}$/, { message: '$property must be KR followed by 14 of A-Z and 0-9' })
  customerReminderId?: string;

  /** @example 'RECURRING' */
  @IsIn(['ONCE', 'RECURRING'])
  reminderType: ReminderType;

  /** @example '09:30' */
  @IsOptional()
  @Matches(/^([01]\d|2[0-3]):[0-5]\d$/, { message: '$property must be a time HH:mm from 00:00 to 23:59' })
  reminderTime?: string | null;

  /**
   * Days from the due date; negative is before it.
   * @example -3
   */
  @ApiInt()
  @IsOptional()
  @IsInt()
  @Min(-365)
  @Max(365)
  dueDateDifference?: number | null;

  /**
   * Days between two reminders.
   * @example 7
   */
  @ApiInt()
  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(365)
  reminderInterval?: number | null;

  /** @example 'BEFORE_DUE' */
  @IsOptional()
  @IsString()
  @MaxLength(50)
  @IsStorableText(50)
  stage?: string | null;
}

/** A reminder in an answer. */
export class ReminderResponse {
  /** @example 'KR3D8W5NV1F6Y2HA' */
  customerReminderId: string;
  /** @example 'RECURRING' */
  reminderType: ReminderType;
  /** @example '09:30' */
  reminderTime: string | null;
  /** @example -3 */
  @ApiInt()
  dueDateDifference: number | null;
  /** @example 7 */
  @ApiInt()
  reminderInterval: number | null;
  /** @example 'BEFORE_DUE' */
  stage: string | null;
}

/** Entity -> answer. */
export function toReminderResponse(reminder: CustomerReminder): ReminderResponse {
  const { customerReminderId, reminderType, reminderTime, dueDateDifference, reminderInterval, stage } = reminder;
  return { customerReminderId, reminderType, reminderTime, dueDateDifference, reminderInterval, stage };
}

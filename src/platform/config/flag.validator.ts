import { Transform } from 'class-transformer';
import { IsBoolean } from 'class-validator';

/** Property decorator for a setting that is `true` or `false`. */
export function IsFlag(): PropertyDecorator {
  const readFlag = Transform(({ value }: { value: unknown }) =>
    value === 'true' ? true : value === 'false' ? false : value,
  );
  const isFlag = IsBoolean();
  return (target, property) => {
    readFlag(target, property);
    isFlag(target, property);
  };
}

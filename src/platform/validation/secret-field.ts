const SECRET = /secret|token|password/i;
/** The word by itself, as in `ssn`, `customer_ssn` and `customerSsn`, not inside another, as in `businessName`. */
const SSN = /(?:^|[^A-Za-z])[Ss][Ss][Nn]|[a-z]S(?:sn|SN)(?![a-z])/;

/** What is shown in the place of a secret. */
export const MASKED = '***';

/** True for a field, member or column whose value is a secret by its name, so that no answer may show it. */
export function isSecretField(name: string): boolean {
  return SECRET.test(name) || SSN.test(name);
}

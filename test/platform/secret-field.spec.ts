import { isSecretField } from '../../src/platform/validation/secret-field';

describe('a field is a secret by its name', () => {
  it.each([
    'ssn',
    'SSN',
    'Customer SSN',
    'customer_ssn',
    'customerSsn',
    'ssnNumber',
    'Password',
    'api_token',
    'clientSecret',
  ])('%s', (name) => expect(isSecretField(name)).toBe(true));
  it.each(['businessName', 'BUSINESSNAME', 'lessnotes', 'legalName', ''])('%s is none', (name) =>
    expect(isSecretField(name)).toBe(false),
  );
});

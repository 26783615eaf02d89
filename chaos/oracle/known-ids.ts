/** Which ids the service gave to the customers of the model. */
export class KnownIds {
  private readonly ids = new Map<string, number>();
  private readonly publicIds = new Map<string, string>();
  private readonly keys = new Map<number | string, string>();
  private readonly personIds = new Map<string, string>();

  /** Takes the id of a customer; what is wrong when it is not the one it had, or somebody else's. */
  learn(customer: string, id: number): string | null {
    const [known, owner] = [this.ids.get(customer), this.keys.get(id)];
    if (known === id && owner === customer) return null;
    if (known !== undefined || owner !== undefined) return `id ${id} is given for ${customer}, it is ${owner ?? known}`;
    this.ids.set(customer, id);
    this.keys.set(id, customer);
    return null;
  }

  /** Takes the public ids that belong to ids, as they are stored. */
  learnPublic(rows: readonly (readonly [id: number, publicId: string])[]): void {
    for (const [id, publicId] of rows) {
      const customer = this.keys.get(id);
      if (customer === undefined) continue;
      this.publicIds.set(customer, publicId);
      this.keys.set(publicId, customer);
    }
  }

  /** Takes the public id of a contact the first time. */
  learnPerson(person: string, publicId: string): void {
    if (!this.personIds.has(person)) this.personIds.set(person, publicId);
  }

  personIdOf(person: string): string | null {
    return this.personIds.get(person) ?? null;
  }

  idOf(customer: string): number | null {
    return this.ids.get(customer) ?? null;
  }

  publicIdOf(customer: string): string | null {
    return this.publicIds.get(customer) ?? null;
  }

  /** The customer of either id. */
  customerOf(id: number | string): string | null {
    return this.keys.get(id) ?? null;
  }
}

import type { EntityManager } from 'typeorm';

/** The handle through which repositories reach the database; services pass it on and never look inside. */
export type Transaction = EntityManager;

import { Inject, Injectable, OnModuleInit } from '@nestjs/common';
import { DiscoveryService } from '@nestjs/core';
import { ApiFamily } from './api-family';

/** Marks a controller as speaking the dialect of a family; families of other modules become known this way. */
export const UseFamily = DiscoveryService.createDecorator<ApiFamily>();

/** Injection token of the families that are known without any controller; the first renders unknown URLs. */
export const BUILT_IN_FAMILIES = Symbol('BUILT_IN_FAMILIES');

/** Knows which family a URL belongs to. */
@Injectable()
export class FamilyRegistry implements OnModuleInit {
  private families: readonly ApiFamily[];

  constructor(
    @Inject(BUILT_IN_FAMILIES) private readonly builtIn: readonly [ApiFamily, ...ApiFamily[]],
    private readonly discovery: DiscoveryService,
  ) {
    this.families = builtIn;
  }

  /** @throws Error when two families claim the same name or prefix: the answer would depend on load order. */
  onModuleInit(): void {
    const used = this.discovery
      .getControllers()
      .map((controller) => this.discovery.getMetadataByDecorator(UseFamily, controller))
      .filter((family) => family !== undefined);
    this.families = [...new Set([...this.builtIn, ...used])];
    const owners = new Map<string, string>();
    const names = new Set<string>();
    for (const { name, prefixes } of this.families) {
      if (names.has(name)) throw new Error(`Two API families are named ${name}`);
      names.add(name);
      for (const prefix of prefixes) {
        const owner = owners.get(prefix);
        if (owner !== undefined) throw new Error(`API families ${owner} and ${name} both claim ${prefix}`);
        owners.set(prefix, name);
      }
    }
  }

  /** All families that are known. */
  list(): readonly ApiFamily[] {
    return this.families;
  }

  /**
   * Family of a request path (without query), in any case as the router takes it: the longest prefix wins; an unknown
   * path speaks receivables.
   */
  of(requestPath: string): ApiFamily {
    const path = requestPath.toLowerCase();
    let best: { family: ApiFamily; length: number } = { family: this.builtIn[0], length: 0 };
    for (const family of this.families) {
      for (const prefix of family.prefixes) {
        const owns = path === prefix || path.startsWith(`${prefix}/`);
        if (owns && prefix.length > best.length) best = { family, length: prefix.length };
      }
    }
    return best.family;
  }
}

import { RollbookExtension } from '../../../src/extension-api';
import { LoyaltyCard } from './loyalty-card.entity';
import { LoyaltyCardRepository } from './loyalty-card.repository';
import { LoyaltyController } from './loyalty.controller';
import { LoyaltyImporter } from './loyalty.importer';
import { LoyaltyService } from './loyalty.service';
import { LoyaltyCards1770000000000 } from './migrations/1770000000000-loyalty-cards.migration';
import { PsvFormat } from './psv.format';
import { TierField } from './tier.field';

/** What Acme adds to the service: loyalty cards, their API and files, a file format, and a field of customers. */
@RollbookExtension({
  controllers: [LoyaltyController],
  providers: [LoyaltyCardRepository, LoyaltyImporter, LoyaltyService, PsvFormat, TierField],
  entities: [LoyaltyCard],
  migrations: [LoyaltyCards1770000000000],
})
export class AcmeExtension {}

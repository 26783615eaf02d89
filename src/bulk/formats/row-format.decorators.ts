import { DiscoveryService } from '@nestjs/core';

/**
 * Registers an injectable class that implements `RowFormat` as the file format of that name. The name is also the file
 * extension, in lower case. Formats are asked in ascending `order` whether they accept a file. Its files are read in the
 * thread that answers requests, because the instance lives there; those of the service's own formats are not.
 */
export const RowFormatProvider = DiscoveryService.createDecorator<{ readonly name: string; readonly order: number }>();

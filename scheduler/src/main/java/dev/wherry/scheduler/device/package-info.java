/**
 * Which devices of a node serve a pod's claims (dynamic-resource-allocation/structured; KEP-4381,
 * KEP-4816). Pure: an exhaustive search in a fixed order that ends at the first solution. No owner;
 * imported by plugins.
 */
@NullMarked
package dev.wherry.scheduler.device;

import org.jspecify.annotations.NullMarked;

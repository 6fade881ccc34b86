/**
 * What pods' claims of devices are, as the controller that makes them and the scheduler that serves
 * them read it (KEP-4381). Pure; imported by controllers, scheduler and clients.
 */
@NullMarked
package dev.wherry.model.device;

import org.jspecify.annotations.NullMarked;

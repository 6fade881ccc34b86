/**
 * ResourceQuota: what is used is counted from the watch cache, where everything that is stored is
 * visible before its writer is answered; what is on its way to the store is counted beside it. So
 * quotas hold exactly, without a write for each object. {@link
 * dev.wherry.apiserver.quota.QuotaStatus} is owned by one virtual thread that writes what was found
 * into the quotas' status. Imported by the composition of the API server.
 */
@NullMarked
package dev.wherry.apiserver.quota;

import org.jspecify.annotations.NullMarked;

/**
 * Pulls from registries (OCI distribution specification, and Docker's token authentication):
 * mirrors, credentials, retries, resumed and parallel downloads, every digest and size checked
 * while bytes pass by. What was fetched lies in the store's ingest folder until the image is
 * committed.
 *
 * <p>Blocking code on the caller's thread and virtual threads of its own. Imported by {@code
 * dev.wherry.runtime.images.service} and the composition root.
 */
@NullMarked
package dev.wherry.runtime.images.registry;

import org.jspecify.annotations.NullMarked;

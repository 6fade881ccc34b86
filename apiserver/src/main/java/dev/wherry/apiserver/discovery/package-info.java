/**
 * API discovery: what groups, versions and resources there are, in the legacy form ({@code
 * APIVersions}, {@code APIGroupList}, {@code APIGroup}, {@code APIResourceList}) and aggregated
 * ({@code APIGroupDiscoveryList} v2 and v2beta1, KEP-3352).
 *
 * <p>Documents are built from an {@link dev.wherry.apiserver.discovery.ApiCatalog} and kept until
 * its generation changes. Safe on any thread. Imported by the API server's routes.
 */
@NullMarked
package dev.wherry.apiserver.discovery;

import org.jspecify.annotations.NullMarked;

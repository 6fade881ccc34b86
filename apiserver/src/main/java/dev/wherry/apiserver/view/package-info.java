/**
 * The read port security code looks through: the newest visible objects of the watch cache, as
 * trees. Implemented by the registry; imported by authn, authz, token, admission and bootstrap
 * only.
 *
 * <p>Listeners are called by the watch cache's one event thread, in revision order.
 */
@NullMarked
package dev.wherry.apiserver.view;

import org.jspecify.annotations.NullMarked;

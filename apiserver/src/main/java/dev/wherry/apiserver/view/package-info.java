/**
 * The read port security code looks through: the newest visible objects of the watch cache, as
 * trees, and what is read off them alike by all. Implemented by the registry; imported by authn,
 * authz, token, admission, quota, validation, registry and bootstrap only.
 *
 * <p>Listeners are called by the watch cache's one event thread, in revision order.
 */
@NullMarked
package dev.wherry.apiserver.view;

import org.jspecify.annotations.NullMarked;

/**
 * What a caller may do: RBAC over compiled rules, the node authoriser over a graph of pods, the
 * review kinds, and the checks that keep a role writer from granting more than he has.
 *
 * <p>Compiled state is replaced by the watch cache's one event thread and read by any thread
 * without locks. The request path and the admission chain import it.
 */
@NullMarked
package dev.wherry.apiserver.authz;

import org.jspecify.annotations.NullMarked;

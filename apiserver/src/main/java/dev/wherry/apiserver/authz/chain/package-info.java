/**
 * Whom the authoriser asks, in order, as an AuthorizationConfiguration says (KEP-3221): Node, RBAC
 * and webhooks, each webhook with its conditions, its memory and what its failure means.
 *
 * <p>The chain is replaced as a whole by the thread that follows the file, and asked by any.
 * Imported by the composition of the API server and its metrics.
 */
@NullMarked
package dev.wherry.apiserver.authz.chain;

import org.jspecify.annotations.NullMarked;

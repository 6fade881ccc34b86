/**
 * The audit log: who asked what and what became of it, as much as a policy says, one JSON object a
 * line (audit.k8s.io/v1).
 *
 * <p>The policy is immutable. Events go through a bounded queue to one platform thread, which owns
 * the file and turns it over. Imported by the API server's routes and the composition root.
 */
@NullMarked
package dev.wherry.apiserver.audit;

import org.jspecify.annotations.NullMarked;

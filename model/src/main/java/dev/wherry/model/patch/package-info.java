/**
 * The three patch formats a Kubernetes client sends, as pure functions on JSON trees: JSON Patch
 * (RFC 6902), JSON Merge Patch (RFC 7386) and Kubernetes' strategic merge patch.
 *
 * <p>No state, no owner thread. An input tree is never changed; a result may share no node with it.
 * Imported by the API server (PATCH requests) and by the command line (apply).
 */
@NullMarked
package dev.wherry.model.patch;

import org.jspecify.annotations.NullMarked;

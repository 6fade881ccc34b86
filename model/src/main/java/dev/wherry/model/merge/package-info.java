/**
 * Structured merge: which fields of an object somebody owns, and how a partly described object is
 * merged into a whole one by the types of its fields (KEP-555, sigs.k8s.io/structured-merge-diff).
 *
 * <p>Pure functions on JSON trees and immutable sets; no state, no owner thread. Imported by the
 * API server, which keeps managedFields by it.
 */
@NullMarked
package dev.wherry.model.merge;

import org.jspecify.annotations.NullMarked;

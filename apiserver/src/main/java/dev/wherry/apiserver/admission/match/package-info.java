/**
 * Which requests a webhook or policy is for: rules with equivalent versions, namespace and object
 * selectors, conditions in CEL. Everything here is immutable and may be used by any thread.
 * Imported by the webhooks and the policies.
 */
@NullMarked
package dev.wherry.apiserver.admission.match;

import org.jspecify.annotations.NullMarked;

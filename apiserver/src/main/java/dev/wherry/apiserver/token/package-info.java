/**
 * Service account tokens: issuing bound ES256 tokens, verifying them, TokenReview and the OpenID
 * discovery documents; compact tokens of anybody, taken apart and verified. Immutable; any thread.
 * The request path and the other issuers' authentication import it.
 */
@NullMarked
package dev.wherry.apiserver.token;

import org.jspecify.annotations.NullMarked;

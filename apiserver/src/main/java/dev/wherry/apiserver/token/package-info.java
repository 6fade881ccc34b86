/**
 * Service account tokens: issuing bound ES256 tokens, verifying them, TokenReview and the OpenID
 * discovery documents. Immutable; any thread. The request path imports it.
 */
@NullMarked
package dev.wherry.apiserver.token;

import org.jspecify.annotations.NullMarked;

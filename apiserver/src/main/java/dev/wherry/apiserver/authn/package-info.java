/**
 * Who is calling: client certificates, service account tokens, bootstrap tokens, anonymous callers
 * and impersonation. Everything here is immutable or reads through {@link
 * dev.wherry.apiserver.view.ObjectView}; the HTTP edge and the composition root import it.
 */
@NullMarked
package dev.wherry.apiserver.authn;

import org.jspecify.annotations.NullMarked;

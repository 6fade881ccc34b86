/**
 * The Kubernetes API: HTTP edge, authentication, authorisation, admission, registry, watch cache.
 */
@NullMarked
package dev.wherry.apiserver;

import org.jspecify.annotations.NullMarked;

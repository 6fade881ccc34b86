/**
 * Encryption of chosen values before they reach the store (AES-256-GCM), with keys outside the
 * database directory. Immutable; any thread. The registry imports it.
 */
@NullMarked
package dev.wherry.apiserver.secrets;

import org.jspecify.annotations.NullMarked;

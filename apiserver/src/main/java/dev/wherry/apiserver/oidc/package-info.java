/**
 * Users of other identity providers (KEP-3331, structured authentication configuration): bearer
 * tokens in JWT form, signed by issuers that a file names, mapped to users by claims or
 * expressions.
 *
 * <p>The configuration is immutable. Each issuer's keys are fetched by one virtual thread and read
 * by any. Imported by the composition root.
 */
@NullMarked
package dev.wherry.apiserver.oidc;

import org.jspecify.annotations.NullMarked;

/**
 * Between the version in which a kind is stored and the others in which it is served. Pure, no
 * owner; imported by the registry and rest.
 */
@NullMarked
package dev.wherry.apiserver.conversion;

import org.jspecify.annotations.NullMarked;

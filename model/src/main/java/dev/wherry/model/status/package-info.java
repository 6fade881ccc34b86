/**
 * Errors as the API tells them: one exception, turned into a {@code Status} in one place. No owner;
 * imported by all.
 */
@NullMarked
package dev.wherry.model.status;

import org.jspecify.annotations.NullMarked;

/**
 * Cluster roles that are put together of others. Decisions are pure; workers on virtual threads
 * carry them out. Imported by {@link dev.wherry.controllers.Controllers} only.
 */
@NullMarked
package dev.wherry.controllers.roles;

import org.jspecify.annotations.NullMarked;

/**
 * Jobs: pods that run to their end, each counted exactly once; and their removal some time after.
 * Decisions are pure; workers on virtual threads carry them out. Imported by {@link
 * dev.wherry.controllers.Controllers} only.
 */
@NullMarked
package dev.wherry.controllers.job;

import org.jspecify.annotations.NullMarked;

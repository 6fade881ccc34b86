/**
 * Pods that nobody would ever delete. Decisions are pure; workers on virtual threads carry them
 * out. Imported by {@link dev.wherry.controllers.Controllers} only.
 */
@NullMarked
package dev.wherry.controllers.podgc;

import org.jspecify.annotations.NullMarked;

/**
 * Which kinds the server has. Decisions are pure; workers on virtual threads carry them out.
 * Imported by {@link dev.wherry.controllers.Controllers} only.
 */
@NullMarked
package dev.wherry.controllers.discovery;

import org.jspecify.annotations.NullMarked;

/**
 * Expired bootstrap tokens, and the cluster's public description that valid ones sign. Decisions
 * are pure; workers on virtual threads carry them out. Imported by {@link
 * dev.wherry.controllers.Controllers} only.
 */
@NullMarked
package dev.wherry.controllers.token;

import org.jspecify.annotations.NullMarked;

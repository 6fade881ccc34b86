/**
 * Node health: heartbeats, conditions, taints, eviction by taint. Decisions are pure; workers on
 * virtual threads carry them out. Imported by {@link dev.wherry.controllers.Controllers} only.
 */
@NullMarked
package dev.wherry.controllers.node;

import org.jspecify.annotations.NullMarked;

/**
 * A pod address range for every node. Decisions are pure; workers on virtual threads carry them
 * out. Imported by {@link dev.wherry.controllers.Controllers} only.
 */
@NullMarked
package dev.wherry.controllers.ipam;

import org.jspecify.annotations.NullMarked;

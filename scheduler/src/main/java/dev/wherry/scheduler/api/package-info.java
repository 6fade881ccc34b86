/**
 * Between the scheduler and the API: objects become views, decisions become bindings, conditions
 * and events. Imported by the composition root.
 */
@NullMarked
package dev.wherry.scheduler.api;

import org.jspecify.annotations.NullMarked;

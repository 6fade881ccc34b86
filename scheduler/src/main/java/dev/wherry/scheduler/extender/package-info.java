/**
 * Extenders over HTTP (upstream's kube-scheduler/extender/v1). Calls block whoever makes them: the
 * scheduler's loop, or a binding's virtual thread. Imported by config's callers: api.
 */
@NullMarked
package dev.wherry.scheduler.extender;

import org.jspecify.annotations.NullMarked;

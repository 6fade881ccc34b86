/**
 * DaemonSets: a pod on every node that may have it. Decisions are pure; workers on virtual threads
 * carry them out. Imported by {@link dev.wherry.controllers.Controllers} only.
 */
@NullMarked
package dev.wherry.controllers.daemonset;

import org.jspecify.annotations.NullMarked;

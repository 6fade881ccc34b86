/**
 * Deployments: ReplicaSets that replace each other. Decisions are pure; workers on virtual threads
 * carry them out. Imported by {@link dev.wherry.controllers.Controllers} only.
 */
@NullMarked
package dev.wherry.controllers.deployment;

import org.jspecify.annotations.NullMarked;

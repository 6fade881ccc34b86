/**
 * PodDisruptionBudgets: how many pods may go now (kube-controller-manager disruption). Decisions
 * are pure; workers on virtual threads carry them out. The API server takes one off at each
 * eviction. Imported by {@link dev.wherry.controllers.Controllers} only.
 */
@NullMarked
package dev.wherry.controllers.disruption;

import org.jspecify.annotations.NullMarked;

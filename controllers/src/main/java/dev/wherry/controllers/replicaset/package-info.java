/**
 * ReplicaSets and ReplicationControllers: so many pods of one template. Decisions are pure; workers
 * on virtual threads carry them out. Imported by {@link dev.wherry.controllers.Controllers} only.
 */
@NullMarked
package dev.wherry.controllers.replicaset;

import org.jspecify.annotations.NullMarked;

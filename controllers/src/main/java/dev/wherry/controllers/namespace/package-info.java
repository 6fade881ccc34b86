/**
 * The namespaces every cluster has, and the deletion of namespaces. Decisions are pure; workers on
 * virtual threads carry them out. Imported by {@link dev.wherry.controllers.Controllers} only.
 */
@NullMarked
package dev.wherry.controllers.namespace;

import org.jspecify.annotations.NullMarked;

/**
 * The objects every cluster starts with: default roles and bindings, system namespaces and priority
 * classes, and their reconciliation at start. Used once by the composition root.
 */
@NullMarked
package dev.wherry.apiserver.bootstrap;

import org.jspecify.annotations.NullMarked;

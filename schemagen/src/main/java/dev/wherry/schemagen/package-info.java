/**
 * Build-time only: turns published Kubernetes artifacts into the compact schema and the typed
 * records of model.
 */
@NullMarked
package dev.wherry.schemagen;

import org.jspecify.annotations.NullMarked;

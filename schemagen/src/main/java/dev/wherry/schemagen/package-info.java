/**
 * Build-time only: turns published Kubernetes artifacts into the compact schema and the typed
 * records of model, and old class files into ones that the recorded start can hold.
 */
@NullMarked
package dev.wherry.schemagen;

import org.jspecify.annotations.NullMarked;

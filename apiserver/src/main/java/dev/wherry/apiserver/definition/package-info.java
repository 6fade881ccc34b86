/**
 * What becomes of definitions of custom resources: their names are accepted or in conflict, they
 * are established, and on their way out they take their objects along (apiextensions-apiserver
 * naming, establishing, nonstructural schema and finalizer controllers).
 *
 * <p>{@link dev.wherry.apiserver.definition.DefinitionStatus} decides, purely; {@link
 * dev.wherry.apiserver.definition.DefinitionController} acts on a virtual thread of its own.
 * Imported by the composition of the API server only.
 */
@NullMarked
package dev.wherry.apiserver.definition;

import org.jspecify.annotations.NullMarked;

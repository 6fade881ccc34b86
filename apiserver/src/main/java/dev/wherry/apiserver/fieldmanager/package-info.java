/**
 * Who owns which fields of an object: {@code metadata.managedFields} kept over every write, and
 * server-side apply (KEP-555, apimachinery util/managedfields).
 *
 * <p>Pure but for the clock; no state, no owner thread. Imported by the registry.
 */
@NullMarked
package dev.wherry.apiserver.fieldmanager;

import org.jspecify.annotations.NullMarked;

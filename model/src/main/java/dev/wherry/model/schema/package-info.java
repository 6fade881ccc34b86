/**
 * The shape of every built-in type: fields, required, defaults, enumerations, how they merge, and
 * their protobuf numbers. Read once from the resource that schemagen wrote; immutable, any thread.
 * Imported by all that handles untyped objects.
 */
@NullMarked
package dev.wherry.model.schema;

import org.jspecify.annotations.NullMarked;

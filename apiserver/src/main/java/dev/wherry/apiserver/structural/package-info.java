/**
 * Structural schemas (KEP-2332), compiled once from a definition's OpenAPI: pruning, defaulting,
 * validation, unique lists, embedded objects. Everything here is a pure function over JSON trees
 * and safe on any thread. Imported by custom resources and by CEL.
 */
@NullMarked
package dev.wherry.apiserver.structural;

import org.jspecify.annotations.NullMarked;

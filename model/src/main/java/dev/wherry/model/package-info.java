/** Kinds, schema, quantities, selectors, patches, Status. */
@NullMarked
package dev.wherry.model;

import org.jspecify.annotations.NullMarked;

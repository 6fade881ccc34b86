/** JSON as a tree, with limits; no data binding. No owner; imported by all. */
@NullMarked
package dev.wherry.model.json;

import org.jspecify.annotations.NullMarked;

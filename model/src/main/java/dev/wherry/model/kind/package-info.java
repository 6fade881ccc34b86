/** What a kind is called and how its objects are read and written. No owner; imported by all. */
@NullMarked
package dev.wherry.model.kind;

import org.jspecify.annotations.NullMarked;

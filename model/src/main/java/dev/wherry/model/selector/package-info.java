/** Label and field selectors. No owner; imported by all. */
@NullMarked
package dev.wherry.model.selector;

import org.jspecify.annotations.NullMarked;

/** What is true of pods for all who read them. Pure, no owner; imported by all. */
@NullMarked
package dev.wherry.model.pod;

import org.jspecify.annotations.NullMarked;

/**
 * What the generated records call to read and write their fields. No owner; imported by generated
 * code only.
 */
@NullMarked
package dev.wherry.model.codec;

import org.jspecify.annotations.NullMarked;

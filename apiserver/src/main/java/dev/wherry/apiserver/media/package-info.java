/**
 * Media types: reading {@code Accept}. Pure, no owner; imported by everything that answers HTTP.
 */
@NullMarked
package dev.wherry.apiserver.media;

import org.jspecify.annotations.NullMarked;

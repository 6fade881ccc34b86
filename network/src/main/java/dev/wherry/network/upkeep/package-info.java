/**
 * The loop that all rooms here share which keep something in the kernel or the API as it should be.
 * Imported by the rooms of this module.
 */
@NullMarked
package dev.wherry.network.upkeep;

import org.jspecify.annotations.NullMarked;

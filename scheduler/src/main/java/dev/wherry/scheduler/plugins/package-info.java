/**
 * The built-in plugins under their upstream names. No owner; imported by config, which knows them
 * by name.
 */
@NullMarked
package dev.wherry.scheduler.plugins;

import org.jspecify.annotations.NullMarked;

/**
 * Verbs that set one part of an object: images, variables, amounts, selectors, accounts, subjects.
 * One command's thread; imported by {@code ClientCommands}.
 */
@NullMarked
package dev.wherry.cli.client.set;

import org.jspecify.annotations.NullMarked;

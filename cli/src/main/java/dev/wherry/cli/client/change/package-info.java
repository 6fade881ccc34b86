/**
 * Verbs that change objects that are there: labels, annotations, patches, sizes, taints, whole
 * objects, an editor. One command's thread; imported by {@code ClientCommands}.
 */
@NullMarked
package dev.wherry.cli.client.change;

import org.jspecify.annotations.NullMarked;

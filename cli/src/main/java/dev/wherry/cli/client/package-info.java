/**
 * The everyday verbs of kubectl as commands of wherry: one class per verb, run by one thread. The
 * folders below hold what several verbs share. Only {@code Wherry} imports it.
 */
@NullMarked
package dev.wherry.cli.client;

import org.jspecify.annotations.NullMarked;

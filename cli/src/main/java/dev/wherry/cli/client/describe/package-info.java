/**
 * Descriptions of objects in the layout of kubectl's describe: what a person wants to know of a
 * kind, with what belongs to it and its events. Called by the describe command's thread.
 */
@NullMarked
package dev.wherry.cli.client.describe;

import org.jspecify.annotations.NullMarked;

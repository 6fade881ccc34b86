/**
 * Output as kubectl lays it out: tables, JSON, YAML, names, columns. Called by the command's
 * thread; imported by the client packages.
 */
@NullMarked
package dev.wherry.cli.client.print;

import org.jspecify.annotations.NullMarked;

/**
 * The texts of explain, from a server's OpenAPI v3 document. No state; imported by the explain
 * command.
 */
@NullMarked
package dev.wherry.cli.client.explain;

import org.jspecify.annotations.NullMarked;

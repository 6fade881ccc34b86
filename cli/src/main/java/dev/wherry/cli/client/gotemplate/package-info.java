/**
 * Go's text/template over JSON, for {@code -o go-template}: parsed once, executed per object.
 * Immutable after parsing; any thread. Imported by the printers.
 */
@NullMarked
package dev.wherry.cli.client.gotemplate;

import org.jspecify.annotations.NullMarked;

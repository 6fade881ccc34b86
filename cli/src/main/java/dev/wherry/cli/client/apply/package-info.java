/**
 * Client-side apply: what a manifest changes since it was applied last, as a patch. Pure; imported
 * by the apply and create commands.
 */
@NullMarked
package dev.wherry.cli.client.apply;

import org.jspecify.annotations.NullMarked;

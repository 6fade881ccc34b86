/**
 * Stacks that are not applied: which pods they would make, and whether those find room. One thread:
 * the command's. Imported by the commands.
 */
@NullMarked
package dev.wherry.cli.client.fit;

import org.jspecify.annotations.NullMarked;

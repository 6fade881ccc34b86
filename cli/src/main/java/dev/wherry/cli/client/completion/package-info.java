/**
 * Completing words in a shell: scripts, and what they ask this program. One command's thread;
 * imported by {@code Commands}.
 */
@NullMarked
package dev.wherry.cli.client.completion;

import org.jspecify.annotations.NullMarked;

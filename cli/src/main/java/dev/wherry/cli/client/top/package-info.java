/**
 * The tables of {@code top}: what nodes, pods and containers use. Pure but for the printing; for
 * the client's commands only.
 */
@NullMarked
package dev.wherry.cli.client.top;

import org.jspecify.annotations.NullMarked;

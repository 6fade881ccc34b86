/**
 * What {@code wherry why} prints of the scheduler's explanation. Pure; for the client verbs only.
 */
@NullMarked
package dev.wherry.cli.client.why;

import org.jspecify.annotations.NullMarked;
